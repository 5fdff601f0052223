import { hasText } from '../struct/index.ts';
import type { HiveSpace } from './hive-space.ts';
import { HIVE, HiveKeyNode, HiveListHeader } from './structs.ts';

/** Hash leaves came with version 1.5. */
const HASH_LEAVES_SINCE = 5;
const MAX_LISTED = 0xffff;

type Node = Pick<ReturnType<typeof HiveKeyNode.read>, 'subkeyCount' | 'subkeyList'>;

/** A key in its parent's list. */
interface ListedKey {
  /** In capitals, which is how the list is sorted. */
  readonly name: string;
  readonly offset: number;
}

/** The keys under a key, in the order of its list. @throws EngineError `hive-invalid`; a list that goes on for ever ends with it as well */
export function listedKeys(space: HiveSpace, { subkeyCount, subkeyList }: Node): ListedKey[] {
  if (subkeyCount === 0 || subkeyList === HIVE.none) return [];
  const limit = Math.min(subkeyCount, space.mostKeys);
  const keys: ListedKey[] = [];
  for (const leaf of leavesOf(space, subkeyList)) {
    for (const offset of offsetsIn(space, leaf)) {
      if (keys.length >= limit) throw space.fault('key-list-too-long');
      keys.push({ name: nameAt(space, offset), offset });
    }
  }
  return keys;
}

/**
 * Puts a key into the list of its parent, where the alphabet wants it.
 * @returns the list: the same cell, or a new one
 * @throws EngineError `hive-invalid`
 */
export function insertSubkey(space: HiveSpace, { subkeyCount, subkeyList }: Node, name: string, key: number): number {
  if (subkeyCount === 0 || subkeyList === HIVE.none) {
    const magic = space.minorVersion >= HASH_LEAVES_SINCE ? 'lh' : 'lf';
    return space.add(leafOf(magic, 1, [element(magic, name, key)]));
  }
  const wanted = name.toUpperCase();
  const leaves = leavesOf(space, subkeyList);
  const index = Math.max(0, leaves.findLastIndex((leaf) => {
    const [first] = offsetsIn(space, leaf);
    return first !== undefined && nameAt(space, first) <= wanted;
  }));
  const leaf = leaves[index];
  if (leaf === undefined) throw space.fault('key-list-empty');
  const own = offsetsIn(space, leaf);
  if (own.length >= MAX_LISTED) throw space.fault('key-list-full');
  const { magic } = headerOf(space, leaf);
  const before = own.filter((each) => nameAt(space, each) < wanted).length;
  const cut = HiveListHeader.size + before * widthOf(magic);
  const elements = space.cell(leaf).subarray(0, HiveListHeader.size + own.length * widthOf(magic));
  const bytes = leafOf(magic, own.length + 1, [elements.slice(HiveListHeader.size, cut), element(magic, name, key), elements.slice(cut)]);
  const room = space.cell(leaf);
  if (room.length >= bytes.length) {
    room.set(bytes);
    return subkeyList;
  }
  const moved = space.add(bytes);
  space.free(leaf);
  if (leaf === subkeyList) return moved;
  const root = space.cell(subkeyList);
  new DataView(root.buffer, root.byteOffset, root.byteLength).setUint32(HiveListHeader.size + index * 4, moved, true);
  return subkeyList;
}

const headerOf = (space: HiveSpace, list: number): { magic: string; count: number } => space.decode('HiveListHeader', () => HiveListHeader.read(space.cell(list)));
const widthOf = (magic: string): number => (magic === 'lf' || magic === 'lh' ? 8 : 4);

/** The list itself, or the lists that it lists, which list no further ones. */
function leavesOf(space: HiveSpace, list: number): number[] {
  if (headerOf(space, list).magic !== 'ri') return [list];
  const leaves = offsetsIn(space, list);
  if (new Set(leaves).size !== leaves.length) throw space.fault('key-list-twice');
  if (leaves.some((leaf) => headerOf(space, leaf).magic === 'ri')) throw space.fault(`no-key-list ${list}`);
  return leaves;
}

function offsetsIn(space: HiveSpace, list: number): number[] {
  const cell = space.cell(list);
  const { magic, count } = headerOf(space, list);
  if (!['lf', 'lh', 'li', 'ri'].includes(magic)) throw space.fault(`no-key-list ${list}`);
  const width = widthOf(magic);
  if (HiveListHeader.size + count * width > cell.length) throw space.fault('key-list-too-short');
  const view = new DataView(cell.buffer, cell.byteOffset, cell.byteLength);
  return Array.from({ length: count }, (_, i) => view.getUint32(HiveListHeader.size + i * width, true));
}

function nameAt(space: HiveSpace, key: number): string {
  const cell = space.cell(key);
  if (!hasText(cell, 0, 'nk')) throw space.fault(`no-key ${key}`);
  const { nameLength, flags } = space.decode('HiveKeyNode', () => HiveKeyNode.read(cell));
  const name = cell.subarray(HiveKeyNode.size, HiveKeyNode.size + nameLength);
  if (name.length < nameLength) throw space.fault('name-beyond-cell');
  return new TextDecoder((flags & HIVE.keyNameIsLatin) !== 0 ? 'latin1' : 'utf-16le').decode(name).toUpperCase();
}

/** One element of a list: the key, and for the two lists that have it, a hint of its name. */
function element(magic: string, name: string, key: number): Uint8Array {
  const bytes = new Uint8Array(widthOf(magic));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, key, true);
  if (magic === 'lh') view.setUint32(4, hashOf(name), true);
  if (magic === 'lf') bytes.set(Uint8Array.from(name.slice(0, 4), (letter) => letter.charCodeAt(0)), 4);
  return bytes;
}

function leafOf(magic: string, count: number, elements: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(HiveListHeader.size + count * widthOf(magic));
  HiveListHeader.write({ magic, count }, bytes);
  let at: number = HiveListHeader.size;
  for (const each of elements) {
    bytes.set(each, at);
    at += each.length;
  }
  return bytes;
}

/** "Hash leaf": over the name in capitals. */
function hashOf(name: string): number {
  let hash = 0;
  for (const letter of name.toUpperCase()) hash = (Math.imul(hash, 37) + letter.charCodeAt(0)) >>> 0;
  return hash;
}
