import type { Field } from '../struct/field.ts';
import { toFileTime } from '../struct/file-time.ts';
import { hasText } from '../struct/index.ts';
import { utf16leBytes } from '../struct/utf16.ts';
import type { HiveValue } from './hive.ts';
import { HiveSpace } from './hive-space.ts';
import { HIVE, HiveKeyNode, HiveKeyValue, HiveSecurity, REG } from './structs.ts';
import { insertSubkey, listedKeys } from './subkey-list.ts';

/** What fits into a value itself, without a cell of its own. Bytes. */
const IN_PLACE = 4;
/** Longest name of a key, and of a value as it is made here. */
const NAME = /^[\x20-\x5b\x5d-\x7e]{1,255}$/;

/** A value to be set. Names of ASCII. */
export interface HiveSetting {
  /** From the hive's root, backslashes between names; what of it is missing is made. */
  readonly key: string;
  /** Empty for the default value of the key. */
  readonly name: string;
  /** REG_DWORD (0 to 2^32 - 1), REG_SZ or REG_BINARY. */
  readonly value: Exclude<HiveValue, { readonly kind: 'texts' }>;
}

/**
 * Sets values in a hive, in place where there is one of that name, else as a new one.
 * @param hive the file; it stays as it is
 * @param path for errors
 * @param when the keys and the hive are said to be changed
 * @returns the changed file, as large or larger by whole bins
 * @throws EngineError `hive-invalid` for a hive that is damaged, or has changes in its log files
 */
export function setHiveValues(hive: Uint8Array, path: string, settings: readonly HiveSetting[], when: Date): Uint8Array {
  const space = new HiveSpace(hive, path);
  for (const setting of settings) setValue(space, setting, when);
  return space.finish(when);
}

function setValue(space: HiveSpace, { key, name, value }: HiveSetting, when: Date): void {
  const names = key.split('\\').filter((part) => part !== '');
  if (![...names, ...(name === '' ? [] : [name])].every((each) => NAME.test(each))) throw new RangeError(`no name for the registry: ${key}\\${name}`);
  let at = space.rootCell;
  nodeAt(space, at);
  for (const each of names) at = findSubkey(space, at, each) ?? addSubkey(space, at, each, when);
  const known = findValue(space, at, name);
  const data = dataOf(value);
  if (known === null) addValue(space, at, name, data);
  else changeValue(space, known, data);
  putNode(space, at, 'longestValue', Math.max(nodeAt(space, at).longestValue, data.bytes.length));
  putNode(space, at, 'lastWritten', toFileTime(when));
}

interface Data {
  readonly type: number;
  readonly bytes: Uint8Array;
}

function dataOf(value: HiveSetting['value']): Data {
  if (value.kind === 'text') return { type: REG.sz, bytes: utf16leBytes(`${value.text}\0`) };
  if (value.kind === 'bytes') return { type: REG.binary, bytes: value.bytes };
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value.number, true);
  return { type: REG.dword, bytes };
}

/** Puts data away and gives what a value says of it. */
function store(space: HiveSpace, { type, bytes }: Data): { readonly dataSize: number; readonly dataCell: number; readonly type: number } {
  if (bytes.length > HIVE.segment) throw new RangeError(`${bytes.length} bytes for a value of the registry`);
  if (bytes.length > IN_PLACE) return { type, dataSize: bytes.length, dataCell: space.add(bytes) };
  const inPlace = new Uint8Array(IN_PLACE);
  inPlace.set(bytes);
  return { type, dataSize: (HIVE.dataInPlace | bytes.length) >>> 0, dataCell: viewOf(inPlace).getUint32(0, true) };
}

function nodeAt(space: HiveSpace, offset: number): ReturnType<typeof HiveKeyNode.read> {
  const cell = space.cell(offset);
  if (!hasText(cell, 0, 'nk')) throw space.fault(`no-key ${offset}`);
  return space.decode('HiveKeyNode', () => HiveKeyNode.read(cell));
}

function findSubkey(space: HiveSpace, parent: number, name: string): number | null {
  return listedKeys(space, nodeAt(space, parent)).find((each) => each.name === name.toUpperCase())?.offset ?? null;
}

function addSubkey(space: HiveSpace, parent: number, name: string, when: Date): number {
  const { securityCell, subkeyCount, longestSubkey } = nodeAt(space, parent);
  // Who may read the parent may read it.
  const security = space.cell(securityCell);
  if (!hasText(security, 0, 'sk')) throw space.fault(`no-security ${securityCell}`);
  const { references } = space.decode('HiveSecurity', () => HiveSecurity.read(security));
  put(security, HiveSecurity.fields.references, references + 1);
  const cell = new Uint8Array(HiveKeyNode.size + name.length);
  HiveKeyNode.write({
    magic: 'nk', flags: HIVE.keyNameIsLatin, lastWritten: toFileTime(when), parent, subkeyCount: 0, subkeyList: HIVE.none, volatileList: HIVE.none, valueCount: 0, valueList: HIVE.none,
    securityCell, classCell: HIVE.none, longestSubkey: 0, longestValueName: 0, longestValue: 0, nameLength: name.length, classLength: 0,
  }, cell);
  cell.set(ascii(name), HiveKeyNode.size);
  const offset = space.add(cell);
  putNode(space, parent, 'subkeyList', insertSubkey(space, nodeAt(space, parent), name, offset));
  putNode(space, parent, 'subkeyCount', subkeyCount + 1);
  putNode(space, parent, 'longestSubkey', Math.max(longestSubkey, name.length * 2));
  putNode(space, parent, 'lastWritten', toFileTime(when));
  return offset;
}

/** Offsets of the values of a key. */
function valuesOf(space: HiveSpace, key: number): number[] {
  const { valueCount, valueList } = nodeAt(space, key);
  if (valueCount === 0 || valueList === HIVE.none) return [];
  const list = space.cell(valueList);
  if (valueCount * 4 > list.length) throw space.fault('value-list-too-short');
  const view = viewOf(list);
  return Array.from({ length: valueCount }, (_, i) => view.getUint32(i * 4, true));
}

function valueAt(space: HiveSpace, offset: number): ReturnType<typeof HiveKeyValue.read> {
  const cell = space.cell(offset);
  if (!hasText(cell, 0, 'vk')) throw space.fault(`no-value ${offset}`);
  return space.decode('HiveKeyValue', () => HiveKeyValue.read(cell));
}

function findValue(space: HiveSpace, key: number, name: string): number | null {
  for (const offset of valuesOf(space, key)) {
    const { nameLength, flags } = valueAt(space, offset);
    const own = space.cell(offset).subarray(HiveKeyValue.size, HiveKeyValue.size + nameLength);
    const latin = (flags & HIVE.valueNameIsLatin) !== 0;
    if (own.length === nameLength && textOf(own, latin).toLowerCase() === name.toLowerCase()) return offset;
  }
  return null;
}

function changeValue(space: HiveSpace, offset: number, data: Data): void {
  const { dataSize, dataCell } = valueAt(space, offset);
  const elsewhere = (dataSize & HIVE.dataInPlace) === 0 && dataSize > 0;
  // Numbers and names are changed here; none of them was of that size before.
  if (elsewhere && dataSize > HIVE.segment) throw space.fault('value-too-large');
  if (elsewhere) space.free(dataCell);
  const stored = store(space, data);
  const cell = space.cell(offset);
  const { fields } = HiveKeyValue;
  put(cell, fields.dataSize, stored.dataSize);
  put(cell, fields.dataCell, stored.dataCell);
  put(cell, fields.type, stored.type);
}

function addValue(space: HiveSpace, key: number, name: string, data: Data): void {
  const known = valuesOf(space, key);
  const cell = new Uint8Array(HiveKeyValue.size + name.length);
  HiveKeyValue.write({ magic: 'vk', nameLength: name.length, ...store(space, data), flags: name === '' ? 0 : HIVE.valueNameIsLatin }, cell);
  cell.set(ascii(name), HiveKeyValue.size);
  const list = new Uint8Array((known.length + 1) * 4);
  [...known, space.add(cell)].forEach((offset, i) => viewOf(list).setUint32(i * 4, offset, true));
  const { valueList, longestValueName } = nodeAt(space, key);
  if (known.length > 0 && space.cell(valueList).length >= list.length) space.cell(valueList).set(list);
  else {
    if (known.length > 0) space.free(valueList);
    putNode(space, key, 'valueList', space.add(list));
  }
  putNode(space, key, 'valueCount', known.length + 1);
  putNode(space, key, 'longestValueName', Math.max(longestValueName, name.length * 2));
}

type NodeField = 'subkeyList' | 'subkeyCount' | 'longestSubkey' | 'valueList' | 'valueCount' | 'longestValueName' | 'longestValue';

function putNode(space: HiveSpace, key: number, field: 'lastWritten', value: bigint): void;
function putNode(space: HiveSpace, key: number, field: NodeField, value: number): void;
function putNode(space: HiveSpace, key: number, field: NodeField | 'lastWritten', value: number | bigint): void {
  put(space.cell(key), HiveKeyNode.fields[field] as Field<number | bigint>, value);
}

const put = <T>(cell: Uint8Array, field: Field<T>, value: T): void => field.set(viewOf(cell), field.offset, value);
const viewOf = (cell: Uint8Array): DataView => new DataView(cell.buffer, cell.byteOffset, cell.byteLength);
const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const textOf = (bytes: Uint8Array, latin: boolean): string => new TextDecoder(latin ? 'latin1' : 'utf-16le').decode(bytes);
