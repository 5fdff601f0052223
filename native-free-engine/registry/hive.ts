import type { BlockSource } from '../io/types.ts';
import { hasText } from '../struct/index.ts';
import { HiveCells } from './cells.ts';
import { replayLogs } from './log.ts';
import { HIVE, HiveBigData, HiveKeyNode, HiveKeyValue, HiveListHeader, REG } from './structs.ts';

/** Bytes of one value that are read at most. */
const MAX_DATA = 4 * 1024 * 1024;
const MAX_DEPTH = 512;

const utf16 = new TextDecoder('utf-16le');
const latin = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** A value as it is used here: text, lines of text, a number, or bytes. */
export type HiveValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** A registry hive as it lies in a file, read and never written. */
export interface Hive {
  /** Changes wait in its logs that could not be read: what it says may be older than the truth. */
  readonly dirty: boolean;
  /** Changes of its logs that are in what it says: how many log entries. */
  readonly replayed: number;
  /**
   * @param path from the hive's root, backslashes between names; letters of any case
   * @returns null when there is none
   * @throws EngineError `hive-invalid`; errors of reading as they come
   */
  key(path: string): Promise<HiveKey | null>;
}

export interface HiveKey {
  readonly name: string;
  /** Names of the keys under it. @throws EngineError `hive-invalid` */
  subkeys(): Promise<string[]>;
  /** By name, of any case; the empty name is the default value. Null when there is none. @throws EngineError `hive-invalid` */
  value(name: string): Promise<HiveValue | null>;
}

/**
 * @param path for errors
 * @param logs its `.LOG1` and `.LOG2`, as far as there are any: read for a hive with changes that were not yet written
 * @throws EngineError `hive-invalid`; errors of reading as they come
 */
export async function openHive(source: BlockSource, path: string, logs: readonly BlockSource[] = []): Promise<Hive> {
  const asItIs = await HiveCells.open(source, path);
  const replayed = asItIs.dirty && logs.length > 0 ? await replayLogs(source, logs) : null;
  const cells = replayed ? await HiveCells.open(replayed.source, path) : asItIs;
  return {
    dirty: cells.dirty,
    replayed: replayed?.entries ?? 0,
    async key(wanted) {
      const names = wanted.split('\\').filter((name) => name !== '');
      if (names.length > MAX_DEPTH) throw cells.fault('path-too-deep');
      let key = await Key.open(cells, cells.rootCell);
      for (const name of names) {
        const next = await key.subkey(name);
        if (!next) return null;
        key = next;
      }
      return key;
    },
  };
}

class Key implements HiveKey {
  readonly name: string;
  readonly #cells: HiveCells;
  readonly #node: ReturnType<typeof HiveKeyNode.read>;

  private constructor(cells: HiveCells, node: ReturnType<typeof HiveKeyNode.read>, name: string) {
    this.#cells = cells;
    this.#node = node;
    this.name = name;
  }

  static async open(cells: HiveCells, offset: number): Promise<Key> {
    const cell = await cells.read(offset);
    if (!hasText(cell, 0, 'nk')) throw cells.fault(`no-key ${offset}`);
    const node = cells.decode('HiveKeyNode', () => HiveKeyNode.read(cell));
    return new Key(cells, node, nameOf(cells, cell.subarray(HiveKeyNode.size), node.nameLength, (node.flags & HIVE.keyNameIsLatin) !== 0));
  }

  async subkeys(): Promise<string[]> {
    const names: string[] = [];
    for await (const key of this.#children()) names.push(key.name);
    return names;
  }

  async subkey(name: string): Promise<Key | null> {
    const wanted = name.toLowerCase();
    for await (const key of this.#children()) if (key.name.toLowerCase() === wanted) return key;
    return null;
  }

  async value(name: string): Promise<HiveValue | null> {
    const { valueCount, valueList } = this.#node;
    if (valueCount === 0 || valueList === HIVE.none) return null;
    const list = await this.#cells.read(valueList);
    if (valueCount * 4 > list.length) throw this.#cells.fault('value-list-too-short');
    const wanted = name.toLowerCase();
    for (const offset of offsetsIn(list, 0, valueCount, 4)) {
      const cell = await this.#cells.read(offset);
      if (!hasText(cell, 0, 'vk')) throw this.#cells.fault(`no-value ${offset}`);
      const value = this.#cells.decode('HiveKeyValue', () => HiveKeyValue.read(cell));
      const own = nameOf(this.#cells, cell.subarray(HiveKeyValue.size), value.nameLength, (value.flags & HIVE.valueNameIsLatin) !== 0);
      if (own.toLowerCase() === wanted) return decodeValue(value.type, await this.#data(value));
    }
    return null;
  }

  async *#children(): AsyncGenerator<Key> {
    const { subkeyCount, subkeyList } = this.#node;
    if (subkeyCount === 0 || subkeyList === HIVE.none) return;
    let left = Math.min(subkeyCount, this.#cells.mostKeys);
    for await (const offset of this.#listed(subkeyList, true)) {
      // A list that goes on and on, in a hive that says it has three subkeys.
      if (left-- === 0) throw this.#cells.fault('key-list-too-long');
      yield Key.open(this.#cells, offset);
    }
  }

  /** @param mayBranch a list of lists, which holds no further ones */
  async *#listed(offset: number, mayBranch: boolean): AsyncGenerator<number> {
    const list = await this.#cells.read(offset);
    const { magic, count } = this.#cells.decode('HiveListHeader', () => HiveListHeader.read(list));
    const width = magic === 'lf' || magic === 'lh' ? 8 : 4;
    if (!['lf', 'lh', 'li', 'ri'].includes(magic) || (magic === 'ri' && !mayBranch)) throw this.#cells.fault(`no-key-list ${offset}`);
    if (HiveListHeader.size + count * width > list.length) throw this.#cells.fault('key-list-too-short');
    for (const each of offsetsIn(list, HiveListHeader.size, count, width)) {
      if (magic === 'ri') yield* this.#listed(each, false);
      else yield each;
    }
  }

  async #data({ dataSize, dataCell }: { dataSize: number; dataCell: number }): Promise<Uint8Array> {
    const inPlace = (dataSize & HIVE.dataInPlace) !== 0;
    const size = (dataSize & ~HIVE.dataInPlace) >>> 0;
    if (inPlace) {
      if (size > 4) throw this.#cells.fault('value-size');
      const word = new Uint8Array(4);
      new DataView(word.buffer).setUint32(0, dataCell, true);
      return word.subarray(0, size);
    }
    if (size === 0) return new Uint8Array();
    if (size > MAX_DATA) throw this.#cells.fault('value-too-large');
    const cell = await this.#cells.read(dataCell);
    if (size > HIVE.segment && hasText(cell, 0, 'db')) return this.#bigData(cell, size);
    if (size > cell.length) throw this.#cells.fault('value-beyond-cell');
    return cell.subarray(0, size);
  }

  async #bigData(cell: Uint8Array, size: number): Promise<Uint8Array> {
    const { segments, segmentList } = this.#cells.decode('HiveBigData', () => HiveBigData.read(cell));
    const list = await this.#cells.read(segmentList);
    if (segments * 4 > list.length || segments * HIVE.segment < size || (segments - 1) * HIVE.segment >= size) throw this.#cells.fault('large-value-size');
    const data = new Uint8Array(size);
    let at = 0;
    for (const offset of offsetsIn(list, 0, segments, 4)) {
      const segment = await this.#cells.read(offset);
      const length = Math.min(HIVE.segment, size - at);
      if (segment.length < length) throw this.#cells.fault('large-value-size');
      data.set(segment.subarray(0, length), at);
      at += length;
    }
    return data;
  }
}

function nameOf(cells: HiveCells, bytes: Uint8Array, length: number, isLatin: boolean): string {
  if (length > bytes.length) throw cells.fault('name-beyond-cell');
  const name = bytes.subarray(0, length);
  return isLatin ? latin(name) : utf16.decode(name);
}

function offsetsIn(list: Uint8Array, from: number, count: number, width: number): number[] {
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  return Array.from({ length: count }, (_, i) => view.getUint32(from + i * width, true));
}

/** A value whose bytes do not fit its type is given as bytes: nobody promised more. */
function decodeValue(type: number, data: Uint8Array): HiveValue {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if ((type === REG.dword || type === REG.dwordBigEndian) && data.length === 4) return { kind: 'number', number: view.getUint32(0, type === REG.dword) };
  if (type === REG.qword && data.length === 8 && view.getBigUint64(0, true) <= BigInt(Number.MAX_SAFE_INTEGER)) return { kind: 'number', number: Number(view.getBigUint64(0, true)) };
  const text = (): string => utf16.decode(data.subarray(0, data.length - (data.length % 2)));
  if (type === REG.sz || type === REG.expandSz) return { kind: 'text', text: text().replace(/\0[\s\S]*$/, '') };
  // Ends with an empty text; some programs forget it, and some put empty ones in between.
  if (type === REG.multiSz) return { kind: 'texts', texts: text().split('\0').filter((line) => line !== '') };
  return { kind: 'bytes', bytes: data.slice() };
}
