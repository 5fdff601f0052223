import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  AbortError, EngineError, hashTree, memoryDevice, openFileSource, readDisc, type BlockSource, type FileHash, type FileTree, type HashTreeOptions, type TreeEntry,
} from '../../../native-free-engine/index.ts';
import { noise } from '../../support/fake-image.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { hashFolder, makeTree, sha256 } from '../discs/discs.ts';
import { labFolder, run } from '../lab.ts';

const MIB = 1024 * 1024;
const folder = labFolder();

/** All files, or an error of the generator. */
async function hashed(tree: FileTree, options: Partial<HashTreeOptions> = {}): Promise<FileHash[]> {
  const files: FileHash[] = [];
  for await (const file of hashTree(tree, { signal: new AbortController().signal, ...options })) files.push(file);
  return files;
}

need({ tools: ['genisoimage'] })('every file of a disc has its sum, in each tree of the disc, and the disc is read forwards', async () => {
  const root = makeTree(join(folder, 'tree'));
  for (const [name, size] of [['whole', 4 * MIB], ['more', 4 * MIB + 1], ['large', 9 * MIB + 4095]] as const) writeFileSync(join(root, name), noise(size, size));
  const path = join(folder, 'disc.iso');
  run('genisoimage', ['-quiet', '-udf', '-J', '-joliet-long', '-R', '-o', path, root]);
  const wanted = Object.fromEntries(Object.entries(hashFolder(root)).filter(([, hash]) => hash !== 'folder'));
  for (const view of ['udf', 'joliet'] as const) {
    const source = await openFileSource(path);
    const offsets: number[] = [];
    const watched: BlockSource = { ...source, readInto: (offset, buffer) => (offsets.push(offset), source.readInto(offset, buffer)) };
    const { tree } = await readDisc(watched, { view });
    offsets.length = 0;
    let bytes = 0;
    const files = await hashed(tree, { onProgress: (done) => (bytes = done) });
    expect(Object.fromEntries(files.map((file) => [file.path, file.sha256])), view).toEqual(wanted);
    expect(bytes).toBe(files.reduce((sum, { size }) => sum + size, 0));
    // UDF's entries, read when their file is opened, lie in front of all contents.
    const first = Math.min(...tree.entries.flatMap(({ size, place }) => (size > 0 && place !== undefined ? [place] : [])));
    const contents = offsets.filter((offset) => offset >= first);
    expect(contents.length).toBeGreaterThan(Object.keys(wanted).length);
    expect(contents, view).toEqual([...contents].sort((a, b) => a - b));
    await source.close();
  }
});

/** A medium in memory that settles its reads in any order, and says how many were under way at once. */
function medium(bytes: Uint8Array, random: () => number): BlockSource & { most: number; readonly opened: Set<string> } {
  const device = memoryDevice(bytes);
  let now = 0;
  return {
    size: device.size, sectorSize: 512, most: 0, opened: new Set(),
    async readInto(offset, buffer) {
      this.most = Math.max(this.most, ++now);
      for (let turns = Math.floor(random() * 4); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      await device.readInto(offset, buffer);
      now--;
    },
    close: () => Promise.resolve(),
  };
}

type Medium = ReturnType<typeof medium>;

/** A file of a medium, which is known to be open until it is closed. */
const fileOf = (whole: Medium, path: string, place: number, size: number): TreeEntry => ({
  path, kind: 'file', size, modifiedAt: null, attributes: 0, place,
  open: () => {
    whole.opened.add(path);
    return Promise.resolve({
      size, sectorSize: 512, readInto: (offset, buffer) => whole.readInto(place + offset, buffer), close: () => Promise.resolve(void whole.opened.delete(path)),
    });
  },
});

test('files come in the order of their places, overlapping ones too, with three reads under way at most, whatever the order of the reads and of the tree', async () => {
  const bytes = noise(13 * MIB, 3);
  await fc.assert(fc.asyncProperty(
    fc.array(fc.record({ place: fc.nat(9 * MIB), size: fc.oneof(fc.nat(3), fc.nat(100_000), fc.constantFrom(4 * MIB - 1, 4 * MIB)) }), { maxLength: 8 }), fc.integer({ min: 1 }),
    async (places, seed) => {
      const whole = medium(bytes, seeded(seed).next);
      const entries = places.map(({ place, size }, i) => fileOf(whole, `f${i}`, place, size));
      const files = await hashed({ label: '', entries });
      const inOrder = places.map((place, i) => ({ ...place, path: `f${i}` })).sort((a, b) => a.place - b.place);
      expect(files).toEqual(inOrder.map(({ path, place, size }) => ({ path, size, sha256: sha256(bytes.subarray(place, place + size)) })));
      expect(whole.most).toBeLessThanOrEqual(3);
      expect([...whole.opened]).toEqual([]);
    },
  ), { numRuns: 25, seed: 5 });
});

test('who has seen enough leaves no file open', async () => {
  const whole = medium(noise(MIB, 4), seeded(4).next);
  const entries = Array.from({ length: 10 }, (_, i) => fileOf(whole, `f${i}`, i * 1000, 1000));
  for await (const { path } of hashTree({ label: '', entries }, { signal: new AbortController().signal })) if (path === 'f3') break;
  expect([...whole.opened]).toEqual([]);
});

/** Two good files, and one whose second half is as `read` says. */
function withHalf(read: () => Promise<void>): FileTree {
  const whole = medium(noise(9 * MIB, 6), seeded(6).next);
  const half: BlockSource = { ...whole, size: 8 * MIB, readInto: (offset, buffer) => (offset >= 4 * MIB ? read() : memoryDevice(new Uint8Array(8 * MIB)).readInto(offset, buffer)) };
  return { label: '', entries: [fileOf(whole, 'a', 0, 5), fileOf(whole, 'b', 5, 6), { ...fileOf(whole, 'half', 11, 8 * MIB), open: () => Promise.resolve(half) }] };
}

test('what can be read before a fault is told; then the fault is, by name', async () => {
  const seen: string[] = [];
  const failing = (tree: FileTree, options: Partial<HashTreeOptions> = {}): Promise<unknown> => (async () => {
    for await (const { path } of hashTree(tree, { signal: new AbortController().signal, ...options })) seen.push(path);
    return null;
  })().catch((error: unknown) => error);
  const fault = new EngineError('target-read-failed', { path: '/dev/sr0', offset: 4 * MIB, errno: 'EIO' });
  expect(await failing(withHalf(() => Promise.reject(fault)))).toBe(fault);
  expect(seen.splice(0)).toEqual(['a', 'b']);
  const silent = await failing(withHalf(() => new Promise(() => undefined)), { stall: { reduce: 1, restart: 3, fail: 6 } });
  expect(silent).toMatchObject({ code: 'image-unreadable', params: { path: 'half', errno: 'ETIMEDOUT' } });
  expect(seen.splice(0)).toEqual(['a', 'b']);
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(), 50);
  expect(await failing(withHalf(() => new Promise(() => undefined)), { signal: cancel.signal })).toBeInstanceOf(AbortError);
});
