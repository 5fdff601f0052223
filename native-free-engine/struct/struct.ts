import { EngineError } from '../base/errors.ts';
import type { Field, ReservedField } from './field.ts';

// `any` only to let a declaration mix fields of different types; values stay exactly typed.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyField = Field<any>;
type Fields = Readonly<Record<string, AnyField | ReservedField>>;

/** What a structure holds: every field but the reserved ones. */
type ValuesOf<F extends Fields> = {
  -readonly [K in keyof F as F[K] extends ReservedField ? never : K]: F[K] extends Field<infer T> ? T : never;
};

/** Reader and writer of one on-disk structure, made from one declaration. */
export interface Struct<F extends Fields> {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The section of the specification it follows. */
  readonly spec: string;
  readonly fields: F;
  /**
   * Decodes the structure at `at` and checks every field's legal range.
   * @throws EngineError `struct-out-of-bounds`, `struct-invalid`
   */
  read(data: Uint8Array, at?: number): ValuesOf<F>;
  /**
   * Encodes into `into` at `at` (by default into a new array of the structure's size).
   * Reserved fields and what no field covers become zeros. Returns the array written to.
   * @throws EngineError `struct-out-of-bounds`, `struct-invalid`
   */
  write(values: ValuesOf<F>, into?: Uint8Array, at?: number): Uint8Array;
}

/**
 * Declares an on-disk structure. Fields that overlap or reach past `size` are
 * mistakes of ours and throw a plain Error while the module loads.
 */
export function struct<const F extends Fields>(name: string, size: number, spec: string, fields: F): Struct<F> {
  checkDeclaration(name, size, fields);
  const used = Object.entries(fields).filter((pair): pair is [string, AnyField] => !('reserved' in pair[1]));

  const view = (data: Uint8Array, at: number): DataView => {
    if (at < 0 || at + size > data.length) {
      throw new EngineError(
        'struct-out-of-bounds',
        { struct: name, wanted: `${at}..${at + size}`, available: `0..${data.length}` },
        { place: { struct: name, offset: at } },
      );
    }
    return new DataView(data.buffer, data.byteOffset + at, size);
  };
  const checkRange = (key: string, field: AnyField, value: unknown, at: number): void => {
    const { min, max } = field.notes as { min?: number | bigint; max?: number | bigint };
    if (typeof value !== 'number' && typeof value !== 'bigint') return;
    if ((min !== undefined && value < min) || (max !== undefined && value > max)) {
      throw new EngineError(
        'struct-invalid',
        { struct: name, field: key, value: String(value) },
        { place: { struct: name, field: key, offset: at + field.offset } },
      );
    }
  };

  return {
    name,
    size,
    spec,
    fields,
    read(data, at = 0) {
      const from = view(data, at);
      const values: Record<string, unknown> = {};
      for (const [key, field] of used) {
        const value: unknown = field.get(from, field.offset);
        checkRange(key, field, value, at);
        values[key] = value;
      }
      return values as ValuesOf<F>;
    },
    write(values, into = new Uint8Array(size), at = 0) {
      const to = view(into, at);
      into.fill(0, at, at + size);
      for (const [key, field] of used) {
        const value: unknown = (values as Record<string, unknown>)[key];
        checkRange(key, field, value, at);
        field.set(to, field.offset, value);
      }
      return into;
    },
  };
}

function checkDeclaration(name: string, size: number, fields: Fields): void {
  let end = 0;
  let previous = 'the start';
  for (const [key, field] of Object.entries(fields).sort(([, a], [, b]) => a.offset - b.offset)) {
    if (field.offset < end) throw new Error(`${name}.${key} at 0x${field.offset.toString(16)} overlaps ${previous}`);
    end = field.offset + field.length;
    previous = key;
    if (end > size) throw new Error(`${name}.${key} ends at byte ${end}, after the structure's ${size}`);
  }
}
