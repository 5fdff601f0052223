import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  applyEdit, captureTree, exportImages, extractImage, imageTree, makeFile, openWim, openWimFile, planEdit, planJoin, planSplit, readImage, splitToFiles, verifyWim, writeWholeFile,
  type Wim,
} from '../../../../native-free-engine/index.ts';
import { memoryDevice } from '../../../../native-free-engine/io/memory.ts';
import { folderTree } from '../../../../native-free-engine/io/node-folder-tree.ts';
import { readBytes } from '../../../../native-free-engine/io/read-bytes.ts';
import { memoryEntry } from '../../../support/memory-tree.ts';
import { need } from '../../../support/need.ts';
import { seeded } from '../../../support/seeded.ts';
import { labFolder, run } from '../../lab.ts';
import { contents, makeTree, wimlib, type Contents } from './wims.ts';

const folder = labFolder();
const tree = join(folder, 'tree');
mkdirSync(tree);
const expected = makeTree(tree);
const wimTest = need({ tools: ['wimlib-imagex'] });
const at = (name: string): string => join(folder, name);
const files = async (wim: Wim, index = 1): Promise<Contents> => contents(imageTree(wim, await readImage(wim, index)));
const filesOf = async (path: string, index = 1): Promise<Contents> => {
  const wim = await openWimFile(path);
  try {
    await verifyWim(wim);
    return await files(wim, index);
  } finally {
    await wim.close();
  }
};

/** Every chunk size that wimlib takes, from the smallest to the largest. */
const PACKINGS = [
  ['none', 32_768], ...[4, 8, 16, 32, 64].map((kib) => ['xpress', kib * 1024] as const), ...[32, 64, 128, 512, 2048].map((kib) => ['lzx', kib * 1024] as const),
] as const;

/** Bytes that packing makes shorter by less than the table of their chunks: one of them packs, a little. */
function hardlySmaller(length: number): Uint8Array {
  const bytes = seeded(length).bytes(length);
  bytes.fill(0, 100_000, 100_300);
  return bytes;
}

wimTest.each(['xpress', 'lzx'] as const)('what %s makes larger, its table of chunks counted, is stored as it is, held or written already', async (packing) => {
  const [held, written] = [hardlySmaller(3_000_001), hardlySmaller(9_000_001)];
  const root = at(`hardly-${packing}`);
  mkdirSync(root);
  for (const [name, data] of Object.entries({ held, written, last: new Uint8Array(70_000).fill(7) })) writeFileSync(join(root, name), data);
  const path = `${root}.wim`;
  await makeFile(path, false, async (output) => captureTree(await folderTree(root), output, { name: 'x', packing }));
  const wim = await openWimFile(path);
  const stored = [...wim.table.streams.values()].map(({ size, resource }) => [size, resource.storedSize < size]).sort();
  await wim.close();
  expect(stored).toEqual([[3_000_001, false], [70_000, true], [9_000_001, false]]);
  wimlib('verify', path);
  const out = `${root}-out`;
  wimlib('apply', path, '1', out);
  for (const [name, data] of Object.entries({ held, written })) expect(readFileSync(join(out, name)).equals(data)).toBe(true);
});

wimTest.each(PACKINGS)('a folder captured with %s, %i a chunk, is applied, listed, changed and exported by wimlib', async (packing, chunkSize) => {
  const path = at(`captured-${packing}-${chunkSize}.wim`);
  await makeFile(path, false, async (output) => captureTree(await folderTree(tree), output, { name: 'Één & <twee>', description: 'd', packing, chunkSize, integrity: true, boots: true }));
  expect(await filesOf(path)).toEqual(expected);

  wimlib('verify', path);
  const out = at(`applied-${packing}-${chunkSize}`);
  wimlib('apply', path, '1', out);
  expect(await contents(await folderTree(out))).toEqual(expected);
  expect(wimlib('info', path)).toMatch(/Name: +Één & <twee>[^]*Description: +d/);
  expect(wimlib('info', path)).toMatch(/Boot Index: +1/);
  expect(run('wimlib-imagex', ['info', path, '--xml'], '')).toContain('D');
  expect(wimlib('dir', path, '1')).toContain('/Programma’s/één €.txt');
  wimlib('dir', path, '1', '--detailed');
  wimlib('extract', path, '1', '/Windows/packs.txt', `--dest-dir=${at('one')}`);
  expect(readFileSync(join(at('one'), 'packs.txt'), 'latin1')).toBe(expected['Windows/packs.txt']);
  wimlib('update', path, '1', '--command', 'delete /Windows/noise.bin');
  wimlib('optimize', path, '--check');
  wimlib('verify', path);
  const { 'Windows/noise.bin': gone, ...left } = expected;
  expect(gone).toBeDefined();
  expect(await filesOf(path)).toEqual(left);
});

wimTest('a name with what no XML may hold is a name that wimlib reads', async () => {
  const path = at('name.wim');
  await makeFile(path, false, async (output) => captureTree(await folderTree(tree), output, { name: 'a\u0001\u001b\ud800b\uffff𝄞', packing: 'none' }));
  wimlib('verify', path);
  expect(wimlib('info', path)).toMatch(/Name: +a\ufffd\ufffd\ufffdb\ufffd𝄞\n/);
});

wimTest('a WIM that was interrupted while it was made is none', async () => {
  const path = at('interrupted.wim');
  const stop = new AbortController();
  const source = await folderTree(tree);
  await expect(makeFile(path, false, async (output) => captureTree(source, output, { name: 'x', packing: 'none', signal: stop.signal, onProgress: () => stop.abort() }))).rejects.toMatchObject({ name: 'AbortError' });
  expect(readdirSync(folder).filter((name) => name.startsWith('interrupted'))).toEqual([]);
  // All but the header.
  const bytes = memoryDevice(1 << 20);
  const size = await captureTree(source, { ...bytes, writeAt: (offset, data) => (offset === 0 ? Promise.resolve() : bytes.writeAt(offset, data)) }, { name: 'x', packing: 'none' });
  await expect(openWim([{ path: 'x.wim', source: memoryDevice(bytes.bytes.subarray(0, size)) }])).rejects.toMatchObject({ code: 'wim-not-one' });
});

wimTest.each([['LZX'], ['LZMS'], ['none'], ['solid']])('images are exported from %s, to XPRESS and as they are, and wimlib applies them', async (from) => {
  const path = at(`from-${from}.wim`);
  wimlib('capture', tree, path, 'een', ...(from === 'solid' ? ['--solid', '--boot'] : [`--compress=${from}`, '--boot']));
  wimlib('capture', join(tree, 'Windows'), at(`second-${from}.wim`), 'twee', `--compress=${from === 'solid' ? 'LZMS' : from}`);
  wimlib('export', at(`second-${from}.wim`), '1', path, ...(from === 'solid' ? ['--solid'] : []));
  const wim = await openWimFile(path);
  expect(wim.images).toHaveLength(2);
  const small = at(`exported-${from}.wim`);
  await makeFile(small, false, (output) => exportImages(wim, output, { packing: 'xpress', images: [2, 1], integrity: true }));
  wimlib('verify', small);
  expect(await filesOf(small, 2)).toEqual(expected);
  const exported = await openWimFile(small);
  expect(exported.solid).toBe(false);
  expect(exported.images.map(({ name }) => name)).toEqual(['twee', 'een']);
  expect(exported.header.bootIndex).toBe(2);
  expect(planSplit(exported, 75_000).length).toBeGreaterThan(1);
  await exported.close();
  wimlib('apply', small, '2', at(`applied-from-${from}`));
  if (from === 'none' || from === 'LZX') {
    const same = at(`same-${from}.wim`);
    await makeFile(same, false, (output) => exportImages(wim, output, { images: [1] }));
    wimlib('verify', same);
    expect(await filesOf(same)).toEqual(expected);
    // Nothing was packed anew: every resource is there with the bytes it had.
    const copy = await openWimFile(same);
    for (const [hash, { resource }] of copy.table.streams) {
      const old = wim.table.streams.get(hash)!.resource;
      expect(await readBytes(copy.files[0]!.source, resource.offset, resource.storedSize)).toEqual(await readBytes(wim.files[0]!.source, old.offset, old.storedSize));
    }
    await copy.close();
  }
  await wim.close();
});

wimTest.each(PACKINGS.slice(1))('an ESD exported to %s, %i a chunk, is sound to wimlib, which applies, splits and changes it; so do we', async (packing, chunkSize) => {
  const esd = at('to-export.esd');
  if (!existsSync(esd)) wimlib('capture', tree, esd, 'een', '--solid');
  const wim = await openWimFile(esd);
  const path = at(`esd-${packing}-${chunkSize}.wim`);
  await makeFile(path, false, (output) => exportImages(wim, output, { packing, chunkSize }));
  await wim.close();
  wimlib('verify', path);
  const out = at(`esd-out-${packing}-${chunkSize}`);
  wimlib('apply', path, '1', out);
  expect(await contents(await folderTree(out))).toEqual(expected);
  const exported = await openWimFile(path);
  expect(exported.header).toMatchObject({ compression: packing, chunkSize });
  // Smaller than it was, as far as there was anything to pack.
  expect(exported.table.streams.size).toBeGreaterThan(3);
  expect([...exported.table.streams.values()].some(({ resource, size }) => resource.storedSize < size / 4)).toBe(true);
  await applyEdit(exported, await planEdit(exported, { images: [{ index: 1, changes: [{ kind: 'put', path: 'new.txt', contents: memoryEntry('new.txt', Buffer.from('line '.repeat(60_000))) }] }] }));
  await exported.close();
  wimlib('verify', path);
  wimlib('update', path, '1', '--command', 'delete /Windows/noise.bin');
  wimlib('verify', path);
  const { 'Windows/noise.bin': gone, ...left } = expected;
  expect(gone).toBeDefined();
  expect(await filesOf(path)).toEqual({ ...left, 'new.txt': 'line '.repeat(60_000) });
});

wimTest('a split is planned to the byte, written, joined by wimlib and by us, and what wimlib split is read as one', async () => {
  const path = at('split.wim');
  wimlib('capture', tree, path, 'een', '--compress=XPRESS', '--boot');
  const wim = await openWimFile(path);
  const plan = planSplit(wim, 75_000);
  expect(plan.length).toBeGreaterThan(1);
  const parts = await splitToFiles(wim, at('parts.swm'), 75_000);
  expect(parts.map((part) => statSync(part).size)).toEqual(plan.map(({ source }) => source.size));
  for (const [i, part] of parts.entries()) {
    expect(statSync(part).size).toBeLessThanOrEqual(75_000);
    // Read in odd steps, as whoever streams it elsewhere may.
    const pieces: Uint8Array[] = [];
    for (let offset = 0; offset < plan[i]!.source.size; offset += 4097) pieces.push(await readBytes(plan[i]!.source, offset, Math.min(4097, plan[i]!.source.size - offset)));
    expect(readFileSync(part).equals(Buffer.concat(pieces))).toBe(true);
  }
  wimlib('verify', parts[0]!, `--ref=${at('parts*.swm')}`);
  wimlib('join', at('joined-by-wimlib.wim'), ...parts);
  expect(await filesOf(at('joined-by-wimlib.wim'))).toEqual(expected);
  // Any part will do to open all of them.
  expect(await filesOf(parts[1]!)).toEqual(expected);

  const split = await openWimFile(parts.at(-1)!);
  await writeWholeFile(at('joined.wim'), planJoin(split));
  await split.close();
  wimlib('verify', at('joined.wim'));
  wimlib('apply', at('joined.wim'), '1', at('applied-joined'));
  const joined = await openWimFile(at('joined.wim'));
  expect(await files(joined)).toEqual(expected);
  expect(joined.header).toMatchObject({ bootIndex: 1, partCount: 1, guid: wim.header.guid });
  await joined.close();

  wimlib('split', path, at('foreign.swm'), '0.07');
  expect(await filesOf(at('foreign.swm'))).toEqual(expected);

  expect(() => planSplit(wim, 50_000)).toThrow(expect.objectContaining({ code: 'wim-part-too-small' }) as Error);
  // What is asked for is told, not what is left of it, nor what the file alone takes.
  expect(() => planSplit(wim, 0)).toThrow(expect.objectContaining({ code: 'wim-part-too-small', params: expect.objectContaining({ part: 0 }) as unknown }) as Error);
  await expect(splitToFiles(wim, at('parts.swm'), 75_000)).rejects.toMatchObject({ code: 'destination-exists' });
  expect(planSplit(wim, 2 ** 32)).toHaveLength(1);
  wimlib('capture', tree, at('solid.esd'), 'een', '--solid');
  const solid = await openWimFile(at('solid.esd'));
  expect(() => planSplit(solid, 2 ** 32)).toThrow(expect.objectContaining({ code: 'wim-solid' }) as Error);
  await solid.close();
  await wim.close();
});

wimTest('parts that are missing, doubled or of another WIM are named', async () => {
  const path = at('mixed.wim');
  wimlib('capture', tree, path, 'een', '--compress=none');
  const wim = await openWimFile(path);
  const parts = planSplit(wim, 180_000);
  const open = (sources: readonly (typeof parts)[number][]): Promise<Wim> => openWim(sources.map(({ source, number }) => ({ path: `${number}.swm`, source })));
  await expect(open(parts.slice(0, -1))).rejects.toMatchObject({ code: 'image-part-missing', params: { part: parts.length } });
  await expect(open([...parts, parts[1]!])).rejects.toMatchObject({ code: 'wim-parts-mixed' });
  wimlib('capture', join(tree, 'Windows'), at('mixed-2.wim'), 'een', '--compress=none');
  const other = await openWimFile(at('mixed-2.wim'));
  await expect(open([parts[0]!, ...planSplit(other, 180_000).slice(1)])).rejects.toMatchObject({ code: 'wim-parts-mixed' });
  await (await open(parts.toReversed())).close();
  await splitToFiles(wim, at('lost.swm'), 180_000);
  run('rm', [at('lost2.swm')]);
  await expect(openWimFile(at('lost.swm'))).rejects.toMatchObject({ code: 'image-part-missing', params: { part: 2 } });
  await other.close();
  await wim.close();
});

wimTest.each([['--compress=XPRESS'], ['--solid']])('an image packed with %s is extracted', async (packing) => {
  const path = at('extract.wim');
  wimlib('capture', tree, path, 'een', packing);
  const wim = await openWimFile(path);
  const out = at(`extracted${packing}`);
  expect(await extractImage(wim, 1, out)).toMatchObject({ files: 7, folders: 4, links: 1, leftOut: [] });
  expect(await contents(await folderTree(out))).toEqual(expected);
  expect(statSync(join(out, 'Windows/packs.txt')).mtimeMs).toBeCloseTo(statSync(join(tree, 'Windows/packs.txt')).mtimeMs, -1);
  await wim.close();
});

wimTest.each([['--compress=none'], ['--compress=LZX']])('a file that is not what its SHA-1 says is named and not written (%s); whole ones stay', async (packing) => {
  const path = at('damaged.wim');
  wimlib('capture', tree, path, 'een', packing);
  const sound = await openWimFile(path);
  const noise = [...sound.table.streams.values()].find(({ size }) => size === 70_000)!;
  await sound.close();
  const bytes = readFileSync(path);
  // Noise is stored as it is, so that what unpacks it does not notice.
  bytes[noise.resource.offset + noise.resource.storedSize - 1]! ^= 1;
  writeFileSync(path, bytes);
  const wim = await openWimFile(path);
  const out = at(`damaged${packing}`);
  const names = ['noise.bin', 'same.bin'];
  await expect(extractImage(wim, 1, out)).rejects.toMatchObject({ code: 'wim-checksum-mismatch', params: { path, what: expect.stringMatching(/^Windows\/(noise|same)\.bin$/) as string } });
  const there = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(there.map(({ name }) => name).filter((name) => names.includes(name) || name.includes('partial'))).toEqual([]);
  for (const { name, parentPath } of there) expect(readFileSync(join(parentPath, name), 'latin1')).toBe(Object.entries(expected).find(([known]) => known.endsWith(name))![1]);
  // Read one by one, as by who copies files out of it, it is told as well.
  const entry = imageTree(wim, await readImage(wim, 1)).entries.find(({ path: name }) => name === 'Windows/noise.bin')!;
  const source = await entry.open();
  await expect(readBytes(source, 0, source.size)).rejects.toMatchObject({ code: 'wim-checksum-mismatch', params: { what: 'Windows/noise.bin' } });
  await wim.close();
});
