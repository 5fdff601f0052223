import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seal } from '../../../native-free-engine/media/iso/udf-encode.ts';
import {
  EngineError, folderTree, memoryDevice, memoryEntry, planIso, readDisc, writeIso, type BlockSource, type Disc, type DiscView,
} from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { flipping } from '../filesystems/flipping.ts';
import { counting, labFolder, run } from '../lab.ts';
import { hashTree, makeTree, WHEN } from './discs.ts';

const folder = labFolder();
const SECTOR = 2048;
const PARTITION = 257;

async function ours(paths: readonly string[], options: { udf?: boolean } = {}): Promise<Uint8Array> {
  const plan = planIso({ label: '', entries: paths.map((path) => memoryEntry(path, Buffer.from(path))) }, { label: 'HOSTILE', when: WHEN, ...options });
  const sink = memoryDevice(plan.size);
  await writeIso(plan, sink);
  return sink.bytes;
}

/** The first place where the bytes of `text` stand, as the disc keeps names. */
function placeOf(bytes: Uint8Array, text: string, how: 'latin1' | 'utf16be', from = 0): number {
  const wanted = how === 'latin1' ? Buffer.from(text, 'latin1') : Buffer.from(text, 'utf16le').swap16();
  const at = Buffer.from(bytes.buffer).indexOf(wanted, from);
  if (at < 0) throw new Error(`no ${text}`);
  return at;
}

const code = async (work: Promise<unknown>): Promise<string> => work.then(() => 'none', (error: unknown) => (error instanceof EngineError ? error.code : String(error)));

/** Changes a UDF name's descriptor, and makes its checksums right again. */
function changeUdfName(bytes: Uint8Array, name: string, change: (descriptor: Uint8Array) => void): void {
  const at = placeOf(bytes, `\x08${name}`, 'latin1') - 38;
  const descriptor = bytes.subarray(at, at + 4 * Math.ceil((38 + 1 + name.length) / 4));
  change(descriptor);
  seal(descriptor, 257, new DataView(descriptor.buffer, descriptor.byteOffset).getUint32(12, true));
}

test('UDF: folders that contain themselves, names that lead out, sizes that lie', async () => {
  const paths = ['alpha/one', 'alpha/beta/two', 'zulu'];
  const root = 2;
  const loop = await ours(paths);
  changeUdfName(loop, 'beta', (descriptor) => new DataView(descriptor.buffer, descriptor.byteOffset).setUint32(24, root, true));
  expect(await code(readDisc(memoryDevice(loop)))).toBe('disc-loop');

  for (const [name, to] of [['zulu', '../x'], ['zulu', 'a/bc'], ['zulu', 'nu\0l']] as const) {
    const out = await ours(paths);
    changeUdfName(out, name, (descriptor) => descriptor.set(Buffer.from(to), 39));
    expect(await code(readDisc(memoryDevice(out))), to).toBe('tree-name-unsafe');
  }
  const twice = await ours(['same', 'SAMF']);
  changeUdfName(twice, 'SAMF', (descriptor) => descriptor.set(Buffer.from('same'), 39));
  expect(await code(readDisc(memoryDevice(twice)))).toBe('tree-name-twice');

  // The file entry of `zulu` says it has an exabyte, in the one extent of four bytes.
  const lies = await ours(paths);
  const entry = await entryOf(lies, 'zulu');
  new DataView(entry.buffer, entry.byteOffset).setBigUint64(0x38, 2n ** 50n, true);
  seal(entry, 261, new DataView(entry.buffer, entry.byteOffset).getUint32(12, true), 184);
  expect(await code(readDisc(memoryDevice(lies)))).toBe('disc-invalid');
  // And here that its extent lies behind the end.
  const beyond = await ours(paths);
  const far = await entryOf(beyond, 'zulu');
  new DataView(far.buffer, far.byteOffset).setUint32(180, 1 << 28, true);
  seal(far, 261, new DataView(far.buffer, far.byteOffset).getUint32(12, true), 184);
  expect(await code(readDisc(memoryDevice(beyond)))).toBe('disc-truncated');
});

/** The block with the file entry of a name. */
async function entryOf(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  const at = placeOf(bytes, `\x08${name}`, 'latin1') - 38;
  const block = new DataView(bytes.buffer).getUint32(at + 24, true);
  return bytes.subarray((PARTITION + block) * SECTOR, (PARTITION + block + 1) * SECTOR);
}

test('UDF: chained descriptors that lead back to themselves, and kinds of partitions that cannot be read', async () => {
  const bytes = await ours(['chained']);
  const entry = await entryOf(bytes, 'chained');
  const view = new DataView(entry.buffer, entry.byteOffset);
  const own = view.getUint32(12, true);
  // The only descriptor says that more follow, in the block of the tree's terminator, made into a list that leads to itself.
  view.setUint32(176, ((3 << 30) | SECTOR) >>> 0, true);
  view.setUint32(180, 1, true);
  seal(entry, 261, own, 184);
  const list = bytes.subarray((PARTITION + 1) * SECTOR, (PARTITION + 2) * SECTOR).fill(0);
  const listView = new DataView(list.buffer, list.byteOffset);
  listView.setUint32(20, 8, true);
  listView.setUint32(24, ((3 << 30) | SECTOR) >>> 0, true);
  listView.setUint32(28, 1, true);
  seal(list, 258, 1, 32);
  expect(await code(readDisc(memoryDevice(bytes)))).toBe('disc-invalid');

  const virtual = await ours(['file'], {});
  for (const start of [32, 48]) {
    const at = (start + 3) * SECTOR;
    const volume = virtual.subarray(at, at + SECTOR);
    volume.set([2, 64], 440);
    volume.set(Buffer.from('*UDF Virtual Partition'), 445);
    new DataView(volume.buffer, volume.byteOffset).setUint32(0x108, 64, true);
    seal(volume, 6, start + 3, 504);
  }
  expect(await code(readDisc(memoryDevice(virtual)))).toBe('disc-feature-unsupported');
});

test('ISO 9660 and Joliet: folders that contain themselves, names that lead out, sizes that lie', async () => {
  const paths = ['ALPHA/ONE', 'ALPHA/BETA/TWO', 'ZULU.TXT'];
  const record = (bytes: Uint8Array, name: string, how: 'latin1' | 'utf16be'): DataView => new DataView(bytes.buffer, recordAt(bytes, name, how));
  const recordAt = (bytes: Uint8Array, name: string, how: 'latin1' | 'utf16be'): number => {
    // Names stand in path tables too; a record has its length 33 bytes before the name.
    for (let at = placeOf(bytes, name, how); ; at = placeOf(bytes, name, how, at + 1)) {
      const length = bytes[at - 33] ?? 0;
      if (length >= 34 && bytes[at - 1] === (how === 'latin1' ? name.length : 2 * name.length)) return at - 33;
    }
  };
  for (const [view, how] of [['joliet', 'utf16be'], ['iso9660', 'latin1']] as const) {
    const read = (bytes: Uint8Array): Promise<Disc> => readDisc(memoryDevice(bytes), { view });
    const sound = await ours(paths, { udf: false });
    const root = new DataView(sound.buffer).getUint32((view === 'joliet' ? 17 : 16) * SECTOR + 156 + 2, true);

    const loop = sound.slice();
    record(loop, 'BETA', how).setUint32(2, root, true);
    expect(await code(read(loop)), view).toBe('disc-loop');
    const self = sound.slice();
    record(self, 'BETA', how).setUint32(2, record(self, 'ALPHA', how).getUint32(2, true), true);
    expect(await code(read(self)), view).toBe('disc-loop');

    const out = sound.slice();
    const at = recordAt(out, 'ZULU.TXT;1', how) + 33;
    out.set(how === 'latin1' ? Buffer.from('../U') : Buffer.from('../U', 'utf16le').swap16(), at);
    expect(await code(read(out)), view).toBe('tree-name-unsafe');

    const large = sound.slice();
    record(large, 'ZULU.TXT;1', how).setUint32(10, 0xffffffff, true);
    expect(await code(read(large)), view).toBe('disc-truncated');
    const wide = sound.slice();
    record(wide, 'BETA', how).setUint32(10, 0x7ffff800, true);
    expect(await code(read(wide)), view).toBe('disc-invalid');
    const noFolder = sound.slice();
    const file = record(noFolder, 'ZULU.TXT;1', how);
    file.setUint8(25, 2);
    expect(['disc-invalid', 'disc-truncated'], view).toContain(await code(read(noFolder)));
    // A file of several extents whose next one is missing.
    const more = sound.slice();
    record(more, 'ZULU.TXT;1', how).setUint8(25, 0x80);
    expect(await code(read(more)), view).toBe('disc-invalid');
  }
});

test('256 levels of folders are read, more are refused', async () => {
  const deep = (levels: number): string => `${Array<string>(levels).fill('d').join('/')}/file`;
  const bytes = await ours([deep(256)]);
  for (const view of ['udf', 'joliet', 'iso9660'] as const) {
    const { tree } = await readDisc(memoryDevice(bytes), { view });
    expect(tree.entries).toHaveLength(257);
    expect(tree.entries.at(-1)?.path.toLowerCase()).toBe(deep(256));
  }
  for (const view of ['udf', 'joliet', 'iso9660'] as const) expect(await code(readDisc(memoryDevice(await ours([deep(257)])), { view })), view).toBe('tree-too-deep');
});

/** What is wrong with a disc, or null where its tree was read to the last byte. Anything without a name is thrown on. */
async function readAll(source: BlockSource, view: DiscView): Promise<Record<string, string> | null> {
  try {
    const { tree } = await readDisc(source, { view });
    for (const { path } of tree.entries) if (path.split('/').some((name) => name === '' || name === '.' || name === '..')) throw new Error(`unsafe ${path}`);
    return await hashTree(tree);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code === 'unexpected') throw error;
    return null;
  }
}

need({ tools: ['genisoimage'] })('a bit turned in a structure: a named error or the right files (UDF), a named error or safe paths (ISO 9660); little is read', async () => {
  const tree = join(folder, 'flip');
  makeTree(tree, { links: true });
  const bridge = join(folder, 'bridge.iso');
  run('genisoimage', ['-quiet', '-udf', '-J', '-joliet-long', '-R', '-V', 'FLIP', '-o', bridge, tree]);
  const theirs = new Uint8Array(readFileSync(bridge));
  const plan = planIso(await folderTree(tree), { label: 'FLIP', when: WHEN });
  const sink = memoryDevice(plan.size);
  await writeIso(plan, sink);
  const random = seeded(99);
  let refused = 0;
  let changed = 0;
  for (const [bytes, views] of [[theirs, ['udf', 'joliet', 'rock-ridge']], [sink.bytes, ['udf', 'joliet', 'iso9660']]] as const) {
    // Most of a block is empty; what is turned there says nothing.
    const filled = Array.from({ length: structuresEnd(bytes) - 16 * SECTOR }, (_, i) => 16 * SECTOR + i).filter((at) => bytes[at] !== 0);
    for (const view of views) {
      const sound = await readAll(memoryDevice(bytes), view);
      expect(sound).not.toBeNull();
      for (let round = 0; round < 100; round++) {
        const source = flipping(memoryDevice(bytes));
        const [offset, bit] = [filled[random.below(filled.length)] ?? 0, random.below(8)];
        source.flip(offset, bit);
        const counted = counting(source);
        const found = await readAll(counted, view);
        expect(counted.bytesRead, `${view} byte ${offset} bit ${bit}`).toBeLessThan(16 << 20);
        if (found === null) refused++;
        else if (JSON.stringify(found) !== JSON.stringify(sound)) {
          changed++;
          // UDF has checksums over all that leads to a file: only what a file holds may differ.
          if (view === 'udf') expect(Object.keys(found), `byte ${offset} bit ${bit}`).toEqual(Object.keys(sound ?? {}));
        }
      }
    }
  }
  expect(refused).toBeGreaterThan(30);
  expect(changed).toBeGreaterThan(0);
});

/** Where the first file's bytes begin: everything before is structure. */
function structuresEnd(bytes: Uint8Array): number {
  const content = readFileSync(join(folder, 'flip', 'SOURCES/BOOT.WIM')).subarray(0, 64);
  return Buffer.from(bytes.buffer).indexOf(content);
}

test('a disc cut off anywhere is named, and never read wrongly', async () => {
  const bytes = await ours(['a/one', 'b/two', 'c'], {});
  const sound = await readAll(memoryDevice(bytes), 'udf');
  for (const view of ['udf', 'joliet', 'iso9660'] as const) {
    const whole = await readAll(memoryDevice(bytes), view);
    expect(Object.values(whole ?? {})).toHaveLength(Object.keys(sound ?? {}).length);
    for (let size = 0; size < bytes.length; size += 1500) {
      const found = await readAll(memoryDevice(bytes.slice(0, size)), view);
      if (found) expect(found).toEqual(whole);
    }
  }
});

/** A disc on which every file of a list is a record of the same bytes. */
async function overlapping(view: 'udf' | 'iso9660', files: number, bytes: number): Promise<Uint8Array> {
  const entries = [memoryEntry('whole', new Uint8Array(bytes).fill(7)), ...Array.from({ length: files - 1 }, (_, i) => memoryEntry(`f${String(i).padStart(5, '0')}`, new Uint8Array(1)))];
  const plan = planIso({ label: '', entries }, { label: 'SHARED', when: WHEN, udf: view === 'udf' });
  const sink = memoryDevice(plan.size);
  await writeIso(plan, sink);
  const disc = sink.bytes;
  if (view === 'udf') {
    const whole = placeOf(disc, '\x08whole', 'latin1') - 38;
    const icb = new DataView(disc.buffer).getUint32(whole + 24, true);
    for (const { path } of entries) changeUdfName(disc, path, (descriptor) => new DataView(descriptor.buffer, descriptor.byteOffset).setUint32(24, icb, true));
    return disc;
  }
  const record = (path: string): Uint8Array => {
    const at = placeOf(disc, path.toUpperCase(), 'latin1') - 33;
    return disc.subarray(at + 2, at + 18);
  };
  const place = record('whole').slice();
  for (const { path } of entries) record(path).set(place);
  return disc;
}

test('files that share their bytes are read, as Windows discs have them; so many that copying would never end are refused by name', async () => {
  for (const view of ['udf', 'iso9660'] as const) {
    const shared = await readDisc(memoryDevice(await overlapping(view, 40, 1 << 20)), { view });
    expect(shared.tree.entries.map(({ size }) => size), view).toEqual(Array.from({ length: 40 }, () => 1 << 20));
    expect(await code(readDisc(memoryDevice(await overlapping(view, 200, 4 << 20)), { view })), view).toBe('disc-files-overlap');
  }
});
