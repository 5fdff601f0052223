import { formatGuid, parseGuid } from './guid.ts';

/** What a field means, for people and for range checks. */
interface FieldNotes<T> {
  /** `sectors`, `bytes`, `clusters`, ...; informative. */
  readonly unit?: string;
  /** Smallest and largest legal value, both inclusive. */
  readonly min?: T;
  readonly max?: T;
}

/** One field of an on-disk structure: where it lies, how long it is, how it is decoded. */
export interface Field<T> {
  readonly offset: number;
  readonly length: number;
  readonly notes: FieldNotes<T>;
  /** `at` is the absolute position of the field in `view`. */
  get(view: DataView, at: number): T;
  set(view: DataView, at: number, value: T): void;
}

/** Space a specification reserves: declared so that it cannot be used twice; zeros when written. */
export interface ReservedField {
  readonly offset: number;
  readonly length: number;
  readonly reserved: true;
}

type Numeric = FieldNotes<number>;
type Big = FieldNotes<bigint>;

const field = <T>(
  offset: number,
  length: number,
  notes: FieldNotes<T>,
  get: Field<T>['get'],
  set: Field<T>['set'],
): Field<T> => ({ offset, length, notes, get, set });

export const u8 = (offset: number, notes: Numeric = {}): Field<number> =>
  field(offset, 1, notes, (v, at) => v.getUint8(at), (v, at, x) => v.setUint8(at, x));

/** A signed byte. */
export const i8 = (offset: number, notes: Numeric = {}): Field<number> =>
  field(offset, 1, notes, (v, at) => v.getInt8(at), (v, at, x) => v.setInt8(at, x));

export const u16le = (offset: number, notes: Numeric = {}): Field<number> =>
  field(offset, 2, notes, (v, at) => v.getUint16(at, true), (v, at, x) => v.setUint16(at, x, true));

export const u16be = (offset: number, notes: Numeric = {}): Field<number> =>
  field(offset, 2, notes, (v, at) => v.getUint16(at, false), (v, at, x) => v.setUint16(at, x, false));

export const u32le = (offset: number, notes: Numeric = {}): Field<number> =>
  field(offset, 4, notes, (v, at) => v.getUint32(at, true), (v, at, x) => v.setUint32(at, x, true));

/** Signed. */
export const i32le = (offset: number, notes: Numeric = {}): Field<number> =>
  field(offset, 4, notes, (v, at) => v.getInt32(at, true), (v, at, x) => v.setInt32(at, x, true));

export const u32be = (offset: number, notes: Numeric = {}): Field<number> =>
  field(offset, 4, notes, (v, at) => v.getUint32(at, false), (v, at, x) => v.setUint32(at, x, false));

/** One number twice, little endian and then big (ECMA-119 7.2.3): read from the first half, written to both. */
export const u16both = (offset: number, notes: Numeric = {}): Field<number> =>
  field(offset, 4, notes, (v, at) => v.getUint16(at, true), (v, at, x) => {
    v.setUint16(at, x, true);
    v.setUint16(at + 2, x, false);
  });

/** As {@link u16both}, of 32 bits (ECMA-119 7.3.3). */
export const u32both = (offset: number, notes: Numeric = {}): Field<number> =>
  field(offset, 8, notes, (v, at) => v.getUint32(at, true), (v, at, x) => {
    v.setUint32(at, x, true);
    v.setUint32(at + 4, x, false);
  });

/** A bigint: narrow it with `toSafeInt`, naming the field. */
export const u64le = (offset: number, notes: Big = {}): Field<bigint> =>
  field(offset, 8, notes, (v, at) => v.getBigUint64(at, true), (v, at, x) => v.setBigUint64(at, x, true));

/** A bigint: narrow it with `toSafeInt`, naming the field. */
export const u64be = (offset: number, notes: Big = {}): Field<bigint> =>
  field(offset, 8, notes, (v, at) => v.getBigUint64(at, false), (v, at, x) => v.setBigUint64(at, x, false));

/** Raw bytes. Reading gives a view, not a copy. Writing a shorter array leaves zeros behind it. */
export const bytes = (offset: number, length: number): Field<Uint8Array> =>
  field<Uint8Array>(
    offset,
    length,
    {},
    (v, at) => new Uint8Array(v.buffer, v.byteOffset + at, length),
    (v, at, x) => {
      if (x.length > length) throw new RangeError(`${x.length} bytes for a field of ${length}`);
      new Uint8Array(v.buffer, v.byteOffset + at, length).set(x);
    },
  );

/** Text of one byte a character, as it lies there: padding and zeros included. See {@link trimText}. */
export const ascii = (offset: number, length: number): Field<string> =>
  field<string>(
    offset,
    length,
    {},
    (v, at) => {
      let text = '';
      for (let i = 0; i < length; i++) text += String.fromCharCode(v.getUint8(at + i));
      return text;
    },
    (v, at, x) => {
      if (x.length > length) throw new RangeError(`"${x}" for a field of ${length}`);
      for (let i = 0; i < x.length; i++) v.setUint8(at + i, x.charCodeAt(i));
    },
  );

/** UTF-16, little endian, up to the first zero; `length` in bytes. */
export const utf16le = (offset: number, length: number): Field<string> =>
  field<string>(
    offset,
    length,
    {},
    (v, at) => {
      let text = '';
      for (let i = 0; i < length; i += 2) {
        const unit = v.getUint16(at + i, true);
        if (unit === 0) break;
        text += String.fromCharCode(unit);
      }
      return text;
    },
    (v, at, x) => {
      if (x.length * 2 > length) throw new RangeError(`"${x}" for a field of ${length} bytes`);
      for (let i = 0; i < x.length; i++) v.setUint16(at + i * 2, x.charCodeAt(i), true);
    },
  );

/** A mixed-endian GUID as upper-case text. */
export const guid = (offset: number): Field<string> =>
  field<string>(
    offset,
    16,
    {},
    (v, at) => formatGuid(new Uint8Array(v.buffer, v.byteOffset + at, 16)),
    (v, at, x) => new Uint8Array(v.buffer, v.byteOffset + at, 16).set(parseGuid(x)),
  );

export const reserved = (offset: number, length: number): ReservedField => ({ offset, length, reserved: true });
