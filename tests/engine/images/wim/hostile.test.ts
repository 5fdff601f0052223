import { expect, test } from 'vitest';
import {
  captureTree, EngineError, imageTree, openWim, readImage, verifyWim, type FileTree, type TreeEntry, type Wim,
} from '../../../../native-free-engine/index.ts';
import { newEntry, type WimEntry } from '../../../../native-free-engine/images/wim/entry.ts';
import { writeResourceHeader } from '../../../../native-free-engine/images/wim/resource.ts';
import { noSecurity, writeMetadata } from '../../../../native-free-engine/images/wim/write-metadata.ts';
import { memoryDevice } from '../../../../native-free-engine/io/memory.ts';
import { seeded } from '../../../support/seeded.ts';

// Constructed: no program writes these. Each starts as a sound WIM of our own, small enough to know every byte of.

const file = (path: string, text: string): TreeEntry => ({ path, kind: 'file', size: Buffer.byteLength(text), modifiedAt: null, attributes: 0, open: async () => memoryDevice(Buffer.from(text)) });
const dir = (path: string): TreeEntry => ({ path, kind: 'folder', size: 0, modifiedAt: null, attributes: 0, open: () => Promise.reject(new Error('a folder')) });
const sound: FileTree = { label: '', entries: [dir('a'), dir('a/b'), file('a/b/one', 'one '.repeat(9000)), file('a/two', 'two'), file('three', 'abcdefgh'.repeat(5000))] };

/** A WIM in memory, and where its tables lie. */
async function make(packing: 'none' | 'xpress', tree: FileTree = sound): Promise<{ bytes: Buffer; table: number; xml: number; metadata: number }> {
  const memory = memoryDevice(1 << 20);
  const size = await captureTree(tree, memory, { name: 'n', packing, integrity: true });
  const bytes = Buffer.from(memory.bytes.subarray(0, size));
  const table = Number(bytes.readBigUInt64LE(0x38));
  return { bytes, table, xml: Number(bytes.readBigUInt64LE(0x50)), metadata: Number(bytes.readBigUInt64LE(table + 8)) };
}

const open = (bytes: Uint8Array): Promise<Wim> => openWim([{ path: 'x.wim', source: memoryDevice(bytes) }]);

/** Everything that can be read is read. */
async function readAll(bytes: Uint8Array): Promise<void> {
  const wim = await open(bytes);
  for (const { index } of wim.images) imageTree(wim, await readImage(wim, index));
  await verifyWim(wim);
}

const codeOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'sound', (error: unknown) => {
  if (error instanceof EngineError) return error.code;
  throw error;
});

/** The sound WIM with other metadata, and no checksum of it. */
async function withMetadata(data: Uint8Array): Promise<Buffer> {
  const { bytes, table } = await make('none');
  const changed = Buffer.concat([bytes, data]);
  changed.set(writeResourceHeader({ offset: bytes.length, storedSize: data.length, size: data.length, flags: 2 }), table);
  changed.fill(0, table + 0x1e, table + 0x32);
  // No integrity table: it would speak first.
  changed.fill(0, 0x7c, 0x94);
  return changed;
}

const entry = (name: string, attributes = 0x80): WimEntry => newEntry(name, attributes, 1n);
function rootWith(...children: WimEntry[]): Uint8Array {
  return writeMetadata({ root: { ...entry('', 0x10), children }, security: noSecurity() });
}

test.each(['none', 'xpress'] as const)('the WIM to be spoiled is sound (%s)', async (packing) => {
  expect(await codeOf(readAll((await make(packing)).bytes))).toBe('sound');
  expect(await codeOf(readAll(await withMetadata(rootWith(entry('x')))))).toBe('sound');
});

test.each(['..', '.', '', 'a/b', '../../etc/cron.d/x', 'a\0b', '/'])('a file called %j is refused', async (name) => {
  expect(await codeOf(readAll(await withMetadata(rootWith(entry(name)))))).toBe('tree-name-unsafe');
});

test('two files of one name are refused', async () => {
  expect(await codeOf(readAll(await withMetadata(rootWith(entry('x'), entry('x')))))).toBe('wim-invalid');
});

test('folders that lead back into themselves, or into each other, are refused', async () => {
  const data = rootWith({ ...entry('loop', 0x10), children: [entry('inner', 0x10)] });
  const view = new DataView(data.buffer);
  // The list of the root follows it; its only entry is "loop".
  const rootList = Number(view.getBigUint64(8 + 0x10, true));
  view.setBigUint64(rootList + 0x10, BigInt(rootList), true);
  expect(await codeOf(readAll(await withMetadata(data)))).toBe('wim-folders-loop');
  const shared = rootWith({ ...entry('a', 0x10), children: [entry('x')] }, { ...entry('b', 0x10), children: [entry('y')] });
  const two = new DataView(shared.buffer);
  const list = Number(two.getBigUint64(8 + 0x10, true));
  two.setBigUint64(list + Number(two.getBigUint64(list, true)) + 0x10, two.getBigUint64(list + 0x10, true), true);
  expect(await codeOf(readAll(await withMetadata(shared)))).toBe('wim-folders-loop');
});

test('1000 levels of folders are read, and refused where other systems could not bear them', async () => {
  let deepest = entry('end');
  for (let i = 0; i < 1000; i++) deepest = { ...entry('d', 0x10), children: [deepest] };
  const wim = await open(await withMetadata(rootWith(deepest)));
  const image = await readImage(wim, 1);
  expect(await codeOf(Promise.resolve().then(() => imageTree(wim, image)))).toBe('tree-too-deep');
});

test.each([
  ['an entry longer than the metadata', 0, 8, 0xffff],
  ['an entry of more than any number', 0, 8, 2n ** 63n],
  ['an entry shorter than itself', 0, 8, 40],
  ['a name longer than its entry', 0x64, 2, 0xfffe],
  ['a name of odd length', 0x64, 2, 3],
  ['a short name longer than its entry', 0x62, 2, 0xfffe],
  ['more streams than there is metadata', 0x60, 2, 0xffff],
  ['a list behind the end', 0x10, 8, 1 << 20],
] as const)('%s is refused', async (_, at, width, value) => {
  const data = rootWith({ ...entry('folder', 0x10), children: [entry('x')] });
  const view = new DataView(data.buffer);
  const target = Number(view.getBigUint64(8 + 0x10, true));
  if (width === 8) view.setBigUint64(target + at, BigInt(value), true);
  else view.setUint16(target + at, Number(value), true);
  expect(await codeOf(readAll(await withMetadata(data)))).toBe('wim-invalid');
});

test.each([['more rights than there is metadata', 8, 0xffff_ffff], ['rights longer than the metadata', 0xffff_fff0, 0]])('%s are refused', async (_, length, count) => {
  const data = rootWith(entry('x'));
  const view = new DataView(data.buffer);
  view.setUint32(0, length, true);
  view.setUint32(4, count, true);
  expect(await codeOf(readAll(await withMetadata(data)))).toBe('wim-invalid');
});

/** Puts another resource header at `at`. */
const resource = (bytes: Buffer, at: number, offset: number, storedSize: number, size: number, flags: number): Buffer => {
  bytes.set(writeResourceHeader({ offset, storedSize, size, flags }), at);
  return bytes;
};

test.each([
  ['a lookup table behind the end', 'wim-truncated', (bytes: Buffer) => resource(bytes, 0x30, 1 << 30, 50, 50, 2)],
  ['a lookup table that is no table', 'wim-invalid', (bytes: Buffer) => resource(bytes, 0x30, 208, 49, 49, 2)],
  ['a lookup table of a terabyte', 'wim-truncated', (bytes: Buffer) => resource(bytes, 0x30, 208, 2 ** 40, 2 ** 40, 2)],
  ['a lookup table that unpacks to a gigabyte', 'wim-too-large', (bytes: Buffer) => resource(bytes, 0x30, 208, 100, 2 ** 30, 6)],
  ['XML that unpacks to a gigabyte', 'wim-too-large', (bytes: Buffer) => resource(bytes, 0x48, Number(bytes.readBigUInt64LE(0x50)), 100, 2 ** 30, 6)],
  ['offsets that overflow', 'wim-invalid', (bytes: Buffer) => (bytes.writeBigUInt64LE(2n ** 63n, 0x38), bytes)],
  ['offsets that overflow together with their size', 'wim-truncated', (bytes: Buffer) => resource(bytes, 0x30, Number.MAX_SAFE_INTEGER, 100, 100, 2)],
  ['5 images where there is one', 'wim-invalid', (bytes: Buffer) => (bytes.writeUInt32LE(5, 0x2c), bytes)],
  ['a boot index of no image', 'wim-invalid', (bytes: Buffer) => (bytes.writeUInt32LE(2, 0x78), bytes)],
  ['part 0', 'wim-invalid', (bytes: Buffer) => (bytes.writeUInt16LE(0, 0x28), bytes)],
  ['a part of a split WIM alone', 'image-part-missing', (bytes: Buffer) => (bytes.writeUInt16LE(3, 0x2a), bytes)],
  ['an unknown version', 'wim-unsupported', (bytes: Buffer) => (bytes.writeUInt32LE(0x10e00, 0x0c), bytes)],
  ['an unknown compression', 'wim-unsupported', (bytes: Buffer) => (bytes.writeUInt32LE(0x2, 0x10), bytes)],
  ['chunks of 3 bytes', 'wim-unsupported', (bytes: Buffer) => (bytes.writeUInt32LE(0x20002, 0x10), bytes.writeUInt32LE(3, 0x14), bytes)],
  ['a header of another length', 'wim-invalid', (bytes: Buffer) => (bytes.writeUInt32LE(209, 0x08), bytes)],
] as const)('%s: %s', async (_, code, spoil) => {
  expect(await codeOf(readAll(spoil((await make('none')).bytes)))).toBe(code);
});

test('resources that lie in one another, in the header or in a table are refused', async () => {
  for (const at of [100, 208 + 4, 0]) {
    const { bytes, table } = await make('none');
    const second = table + 50 * 2;
    bytes.writeBigUInt64LE(BigInt(at === 0 ? table : at), second + 8);
    expect(await codeOf(open(bytes)), String(at)).toBe('wim-invalid');
  }
});

test('resources that share some of their bytes are refused; the same one listed twice is one', async () => {
  for (const [shift, code] of [[-1, 'wim-invalid'], [1, 'wim-invalid'], [0, 'sound']] as const) {
    const { bytes, table } = await make('none');
    bytes.fill(0, 0x7c, 0x94);
    // The table once more behind the end, with its first stream twice.
    const length = Number(bytes.readBigUInt64LE(0x40));
    const twice = Buffer.concat([bytes.subarray(table, table + length), bytes.subarray(table + 50, table + 100)]);
    twice.writeBigUInt64LE(twice.readBigUInt64LE(length + 8) + BigInt(shift), length + 8);
    const changed = Buffer.concat([bytes, twice]);
    resource(changed, 0x30, bytes.length, twice.length, twice.length, 2);
    expect(await codeOf(readAll(changed)), String(shift)).toBe(code);
  }
});

test('streams that share bytes of a solid resource, or lie beyond it, are found', async () => {
  const { bytes, table } = await make('none');
  bytes.fill(0, 0x7c, 0x94);
  const stream = bytes.subarray(table + 50, table + 100);
  const text = Buffer.from('solid '.repeat(1000));
  // One chunk, stored as it is.
  const solid = Buffer.alloc(16 + 4 + text.length);
  solid.writeBigUInt64LE(BigInt(text.length), 0);
  solid.writeUInt32LE(1 << 15, 8);
  solid.writeUInt32LE(1, 12);
  solid.writeUInt32LE(text.length, 16);
  solid.set(text, 20);
  // Together no more than the resource, they are told by their checksums; more would be a few bytes to be gone through for days.
  for (const [offset, size, code] of [[0, 3000, 'wim-checksum-mismatch'], [0, 3001, 'wim-invalid'], [5000, 4000, 'wim-invalid'], [2 ** 40, 1, 'wim-invalid']] as const) {
    const entries = [Buffer.from(stream), Buffer.from(stream), Buffer.from(stream)] as const;
    entries[0].set(writeResourceHeader({ offset: bytes.length, storedSize: solid.length, size: 2 ** 32, flags: 0x10 }));
    entries[0].fill(0, 0x1e);
    for (const [i, entryAt] of [[1, offset], [2, 0]] as const) {
      entries[i].set(writeResourceHeader({ offset: entryAt, storedSize: size, size: 0, flags: 0x10 }));
      entries[i].writeUInt8(i, 0x1e);
    }
    const added = Buffer.concat([bytes.subarray(table, table + Number(bytes.readBigUInt64LE(0x40))), ...entries]);
    const changed = Buffer.concat([bytes, solid, added]);
    resource(changed, 0x30, bytes.length + solid.length, added.length, added.length, 2);
    expect(await codeOf(readAll(changed)), `${offset} ${size}`).toBe(code);
  }
  // Hundreds of thousands of solid resources, to be looked through for each of as many streams: days, from a table of some megabytes.
  const resourceEntry = Buffer.from(stream);
  resourceEntry.set(writeResourceHeader({ offset: bytes.length, storedSize: solid.length, size: 2 ** 32, flags: 0x10 }));
  resourceEntry.fill(0, 0x1e);
  const streamEntry = Buffer.from(stream);
  streamEntry.set(writeResourceHeader({ offset: (200_000 - 1) * text.length, storedSize: 1, size: 0, flags: 0x10 }));
  const many = Buffer.alloc(400_000 * 50);
  for (let i = 0; i < 200_000; i++) {
    many.set(resourceEntry, i * 50);
    many.set(streamEntry, (200_000 + i) * 50);
    many.writeUInt32LE(i + 1, (200_000 + i) * 50 + 0x1e);
  }
  const endless = Buffer.concat([bytes, solid, many]);
  resource(endless, 0x30, bytes.length + solid.length, many.length, many.length, 2);
  expect(await codeOf(readAll(endless))).toBe('wim-invalid');
});

test('a few bytes that say they unpack to terabytes take no memory', async () => {
  const { bytes, table } = await make('xpress');
  bytes.fill(0, 0x7c, 0x94);
  for (const size of [2 ** 32 - 1, 2 ** 44, 2 ** 52]) {
    // The metadata, and a stream.
    for (const at of [table, table + 50]) {
      const bomb = Buffer.from(bytes);
      bomb.writeBigUInt64LE(BigInt(size), at + 0x10);
      expect(['wim-too-large', 'wim-invalid'], String(size)).toContain(await codeOf(readAll(bomb)));
    }
  }
  // A solid resource whose own header lies.
  const solid = Buffer.from(bytes);
  const entryAt = table + 50;
  const offset = Number(solid.readBigUInt64LE(entryAt + 8));
  solid.writeUInt8(0x10, entryAt + 7);
  solid.writeBigUInt64LE(2n ** 32n, entryAt + 0x10);
  for (const [size, chunk] of [[2n ** 50n, 1 << 30], [2n ** 30n, 1 << 30], [2n ** 63n, 1 << 15], [2n ** 40n, 1 << 15], [100n, 7]] as const) {
    solid.writeBigUInt64LE(size, offset);
    solid.writeUInt32LE(chunk, offset + 8);
    solid.writeUInt32LE(3, offset + 12);
    expect(['wim-too-large', 'wim-invalid', 'wim-unsupported'], `${size}`).toContain(await codeOf(readAll(solid)));
  }
});

test('cut off anywhere, it is named', async () => {
  const { bytes } = await make('xpress');
  for (let length = 0; length < bytes.length; length += 97) {
    expect(['wim-truncated', 'wim-not-one', 'wim-invalid'], String(length)).toContain(await codeOf(readAll(bytes.subarray(0, length))));
  }
});

test('contents that were changed, or are not there, are named with their file', async () => {
  const { bytes, table } = await make('none');
  bytes.fill(0, 0x7c, 0x94);
  const stream = Number(bytes.readBigUInt64LE(table + 50 + 8));
  bytes[stream]! ^= 1;
  await expect(readAll(bytes)).rejects.toMatchObject({ code: 'wim-checksum-mismatch', params: { what: 'a/b/one' } });
  bytes[stream]! ^= 1;
  bytes[table + 50 + 0x1e]! ^= 1;
  await expect(readAll(bytes)).rejects.toMatchObject({ code: 'wim-data-missing', params: { name: 'a/b/one' } });
});

test.each([['none', 1], ['xpress', 2]] as const)('bits flipped anywhere (%s) end in a named error or change nothing that counts', async (packing, seed) => {
  const { bytes, table, metadata } = await make(packing);
  // Without the integrity table, which would speak first.
  bytes.fill(0, 0x7c, 0x94);
  const random = seeded(seed);
  const codes = new Map<string, number>();
  for (let i = 0; i < 600; i++) {
    const flipped = Buffer.from(bytes);
    // Half of them where the structures are.
    const [from, length] = i % 2 === 0 ? [0, bytes.length] : i % 4 === 1 ? [metadata, bytes.length - metadata] : [0, 208];
    const at = from + random.below(length);
    flipped[at]! ^= 1 << random.below(8);
    const code = await codeOf(readAll(flipped));
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  expect(table).toBeGreaterThan(208);
  expect([...codes.keys()].filter((code) => !/^(sound|wim-|tree-|image-part-missing)/.test(code))).toEqual([]);
  expect(codes.get('wim-checksum-mismatch')).toBeGreaterThan(10);
});

test('XML of entities of its own, or without an end, is refused', async () => {
  for (const text of ['<WIM>&lol;</WIM>', '<!DOCTYPE x><WIM/>', '<WIM>', '<OTHER/>', `<WIM${' a="1"'.repeat(3)}/>`, 'WIM']) {
    const { bytes } = await make('none');
    const xml = Buffer.from(`\ufeff${text}`, 'utf16le');
    const changed = Buffer.concat([bytes, xml]);
    resource(changed, 0x48, bytes.length, xml.length, xml.length, 2);
    expect(await codeOf(open(changed)), text).toBe('wim-invalid');
  }
});
