import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { endOf, normalize, subtract, totalLength, union } from '../../../native-free-engine/base/extent.ts';
import { ntfsAllocation } from '../../../native-free-engine/filesystems/ntfs/allocation.ts';
import { readGeometry } from '../../../native-free-engine/filesystems/ntfs/geometry.ts';
import { readBytes } from '../../../native-free-engine/io/read-bytes.ts';
import { memoryDevice, type BlockSource } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { counting, labFolder, openFile, run, tryRun } from '../lab.ts';
import { NTFS_TOOLS, attributeAt, clustersOf, makeNtfs, populate, recordAt, tear, withBadPlaces, withNtfs } from './ntfs-volume.ts';
import { KIB, MIB, allocationOf, copyUsed, partcloneUsed, treeOf } from './volume-copy.ts';

const folder = labFolder();
const ALL = { root: true, linux: true, tools: [...NTFS_TOOLS] };
const RESIZE = { ...ALL, tools: [...NTFS_TOOLS, 'ntfsresize'] };
const GIB = 1024 * MIB;
const DATA = 0x80;

interface Variant {
  readonly name: string;
  readonly size: number;
  readonly clusterSize: number;
  readonly args?: readonly string[];
  readonly fill: (top: string) => void;
  readonly pageFile: string;
  /** A file that takes several records. */
  readonly listed?: string;
}

const mixed = { fill: populate, pageFile: 'PageFile.sys' };
const VARIANTS: readonly Variant[] = [
  { name: 'clusters of 512 bytes', size: 24 * MIB, clusterSize: 512, ...mixed },
  { name: 'clusters of 4 KiB', size: 40 * MIB + 3 * 512, clusterSize: 4096, ...mixed },
  { name: 'clusters of 64 KiB', size: 200 * MIB, clusterSize: 64 * KIB, ...mixed },
  { name: 'clusters of 2 MiB', size: 4 * GIB, clusterSize: 2 * MIB, ...mixed },
  { name: 'sectors of 4096 bytes', size: 64 * MIB, clusterSize: 4096, args: ['-s', '4096'], ...mixed },
  { name: 'an MFT in many pieces', size: 12 * MIB, clusterSize: 512, fill: (top) => tear(top, 1200, 500 * KIB), pageFile: 'pagefile.sys', listed: '/$MFT' },
  { name: 'a page file in many pieces', size: 12 * MIB, clusterSize: 512, fill: (top) => tear(top, 1200, 2 * MIB), pageFile: 'pagefile.sys', listed: '/pagefile.sys' },
];

let made = 0;
for (const { name, size, clusterSize, args, fill, pageFile, listed } of VARIANTS) {
  need(ALL)(`${name}: as partclone has it, and nothing lost`, async () => {
    const path = makeNtfs(folder, `ntfs-${++made}.img`, size, clusterSize, args);
    await withNtfs(path, fill);
    const map = await allocationOf(path, ntfsAllocation);
    expect(map.unit).toBe(clusterSize);
    expect(map.conditions).toEqual([]);

    if (listed) expect(run('ntfscluster', ['-f', '-F', listed, path]).split('0x80 - non-resident').length).toBeGreaterThan(2);
    expect(map.leftOut).toEqual([{ name: 'pagefile.sys', extents: clustersOf(path, `/${pageFile}`, clusterSize) }]);
    const source = await openFile(path);
    const { clusters, volumeSize, sectorSize } = readGeometry(await readBytes(source, 0, 512));
    const whole = await ntfsAllocation(source, { leaveOutSwapFiles: false });
    await source.close();
    const end = clusters * clusterSize;
    const tail = normalize([{ offset: end, length: volumeSize + sectorSize - end }]);
    expect(endOf(tail[0]!)).toBe(Math.floor(size / sectorSize) * sectorSize);
    expect(whole.used).toEqual(union(partcloneUsed('partclone.ntfs', path), tail));
    expect(union(map.used, map.leftOut[0]!.extents)).toEqual(whole.used);

    const copy = copyUsed(path, map.used, size);
    expect(run('ntfsfix', ['-n', copy])).toContain('processed successfully');
    const info = (volume: string): string => run('ntfsinfo', ['-f', '-m', volume]).replace(/Name of device.*/, '');
    expect(info(copy)).toBe(info(path));
    const expected = await withNtfs(path, treeOf);
    const found = await withNtfs(copy, treeOf);
    const zeros = await withNtfs(copy, (top) => readFileSync(join(top, pageFile)).every((byte) => byte === 0));
    expect(zeros).toBe(true);
    expect({ ...found, [pageFile]: '' }).toEqual({ ...expected, [pageFile]: '' });
    for (const volume of [path, copy]) rmSync(volume);
  });
}

need(RESIZE)('the flag that ntfsresize leaves, and a longer $Bitmap', async () => {
  const path = makeNtfs(folder, 'resized.img', 12 * MIB, 512);
  await withNtfs(path, (top) => tear(top, 30_000, MIB));
  truncateSync(path, 40 * MIB);
  run('ntfsresize', ['-f', '-f', '-s', String(40 * MIB), path], 'y\n');
  const map = await allocationOf(path, ntfsAllocation);
  expect(map.conditions).toEqual(['dirty']);
  run('ntfsfix', ['-d', path]);
  const again = await allocationOf(path, ntfsAllocation);
  expect(again.conditions).toEqual([]);
  const whole = normalize([...again.used, ...again.leftOut.flatMap((left) => left.extents)]);
  const tail = [{ offset: 40 * MIB - 512, length: 512 }];
  expect(subtract(whole, tail)).toEqual(subtract(partcloneUsed('partclone.ntfs', path), tail));
});

need(ALL)('of 2 TiB, hardly more is read than the bitmap', async () => {
  const path = makeNtfs(folder, 'huge.img', 2 * 1024 * GIB, 4096);
  const source = counting(await openFile(path));
  const map = await ntfsAllocation(source, { leaveOutSwapFiles: true });
  await source.close();
  expect(totalLength(map.used)).toBeLessThan(200 * MIB);
  expect(endOf(map.used.at(-1)!)).toBe(2 * 1024 * GIB);
  expect(source.bytesRead).toBeLessThan(65 * MIB);
  expect(source.largestRead).toBeLessThanOrEqual(MIB);
  rmSync(path);
});

/** ntfs-3g.probe's exit code: 0 clean, 14 hibernated, 15 not shut down cleanly. */
const probe = (path: string): number | null => tryRun('ntfs-3g.probe', ['--readwrite', path]).status;
const PROBES = { tools: [...NTFS_TOOLS, 'ntfs-3g.probe'], root: true, linux: true };

need(PROBES)('hibernated, by the start of hiberfil.sys', async () => {
  const cases: readonly (readonly [string, number, boolean])[] = [
    ['hibr', 100 * KIB, true],
    ['HIBR', 100 * KIB, true],
    ['RSTR', 100 * KIB, true],
    ['wake', 100 * KIB, false],
    ['', 100 * KIB, false],
    ['', 300, true],
    ['', 4095, true],
    ['', 0, true],
  ];
  for (const [magic, length, asleep] of cases) {
    const path = makeNtfs(folder, 'asleep.img', 8 * MIB, 4096);
    const content = Buffer.alloc(length);
    content.write(magic, 'latin1');
    await withNtfs(path, (top) => writeFileSync(join(top, 'hiberfil.sys'), content));
    const map = await allocationOf(path, ntfsAllocation);
    expect(map.conditions, `${magic} ${length}`).toEqual(asleep ? ['hibernated'] : []);
    expect(map.leftOut.map((left) => left.name)).toEqual(length > 1000 ? ['hiberfil.sys'] : []);
    // Windows 8 and later write capitals, which ntfs-3g does not know.
    if (magic !== 'HIBR' && magic !== 'RSTR') expect(probe(path)).toBe(asleep ? 14 : 0);
  }
});

need(PROBES)('the journal, by its restart pages', async () => {
  const path = makeNtfs(folder, 'journal.img', 8 * MIB, 4096);
  const [log] = clustersOf(path, '/$LogFile', 4096);
  const sound = readFileSync(path);
  // In turn: log sequence number, whether a client has it open, flags; then what follows.
  const cases: readonly (readonly [readonly (readonly [number, boolean, number])[], 'journal' | 'clean'])[] = [
    [[], 'clean'],
    [[[1000, true, 0], [990, true, 0]], 'journal'],
    [[[1000, true, 2], [990, true, 0]], 'clean'],
    [[[1000, true, 2], [1010, true, 0]], 'journal'],
    [[[1000, false, 0], [990, true, 0]], 'clean'],
    [[[1000, true, 0], [1010, false, 0]], 'clean'],
  ];
  for (const [pages, expected] of cases) {
    const volume = Buffer.from(sound);
    pages.forEach(([lsn, open, flags], i) => volume.set(restartPage(log!.length, lsn, open, flags), log!.offset + i * 4096));
    writeFileSync(path, volume);
    const { conditions } = await allocationOf(path, ntfsAllocation);
    expect(conditions, JSON.stringify(pages)).toEqual(expected === 'journal' ? ['journal'] : []);
    expect(probe(path)).toBe(expected === 'journal' ? 15 : 0);
  }
  for (const damage of [[0, 0x58], [100, 0x58]] as const) {
    const volume = Buffer.from(sound);
    volume.fill(damage[1], log!.offset + damage[0], log!.offset + 4096);
    writeFileSync(path, volume);
    expect((await allocationOf(path, ntfsAllocation)).conditions).toEqual(['journal']);
  }
});

need(ALL)('the fingerprint is the same until something is written', async () => {
  const path = makeNtfs(folder, 'fingerprint.img', 8 * MIB, 4096);
  const { fingerprint } = await allocationOf(path, ntfsAllocation);
  expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect((await allocationOf(path, ntfsAllocation)).fingerprint).toBe(fingerprint);
  await withNtfs(path, (top) => writeFileSync(join(top, 'new'), Buffer.alloc(20_000, 1)));
  expect((await allocationOf(path, ntfsAllocation)).fingerprint).not.toBe(fingerprint);
});

need(ALL)('what makes no sense is refused by name', async () => {
  const path = makeNtfs(folder, 'nonsense.img', 8 * MIB, 4096);
  const sound = new Uint8Array(readFileSync(path));
  const { mftOffset } = readGeometry(sound);
  const read = (source: BlockSource): Promise<unknown> => ntfsAllocation(source, { leaveOutSwapFiles: true });
  const changed = async (change: (volume: Uint8Array, view: DataView) => void): Promise<unknown> => {
    const volume = sound.slice();
    change(volume, new DataView(volume.buffer));
    return read(memoryDevice(volume));
  };
  await expect(changed(() => undefined)).resolves.toBeDefined();

  await expect(read(memoryDevice(sound.slice(0, 8 * MIB - 4096)))).rejects.toMatchObject({ code: 'allocation-invalid' });
  await expect(changed((volume) => (volume[3] = 0))).rejects.toMatchObject({ code: 'struct-invalid' });
  // A volume cut short would lose its end.
  await expect(changed((_, view) => view.setUint32(0x28, view.getUint32(0x28, true) - 1024, true))).rejects.toMatchObject({ code: 'allocation-invalid' });
  const bitmapRecord = attributeAt(sound, recordAt(sound, 6), DATA);
  await expect(changed((_, view) => view.setUint32(bitmapRecord + 0x30, 200, true))).rejects.toMatchObject({ code: 'allocation-invalid' });
  await expect(changed((_, view) => view.setUint32(bitmapRecord + 0x38, 0, true))).rejects.toMatchObject({ code: 'allocation-invalid' });
  const [bitmap] = clustersOf(path, '/$Bitmap', 4096);
  for (const cluster of [0, mftOffset / 4096, bitmap!.offset / 4096]) {
    const free = changed((volume) => (volume[bitmap!.offset + (cluster >> 3)]! &= ~(1 << (cluster & 7))));
    await expect(free, `cluster ${cluster}`).rejects.toMatchObject({ code: 'allocation-invalid' });
  }
  const aborted = ntfsAllocation(memoryDevice(sound), { leaveOutSwapFiles: true, signal: AbortSignal.abort() });
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
});

need(ALL)('a damaged root directory or $Volume makes it dirty; the rest is known all the same', async () => {
  const path = makeNtfs(folder, 'damaged.img', 16 * MIB, 4096);
  await withNtfs(path, populate);
  const sound = new Uint8Array(readFileSync(path));
  const expected = await ntfsAllocation(memoryDevice(sound), { leaveOutSwapFiles: false });
  const [index] = clustersOf(path, '/', 4096, 'a0');
  for (const place of [recordAt(sound, 3), recordAt(sound, 5), index!.offset]) {
    const volume = sound.slice();
    volume[place] = 0x42;
    if (place === recordAt(sound, 3)) volume.fill(0, readGeometry(sound).mirrorOffset, readGeometry(sound).mirrorOffset + 4096);
    const map = await ntfsAllocation(memoryDevice(volume), { leaveOutSwapFiles: true });
    expect(map.conditions, `byte ${place}`).toEqual(['dirty']);
    expect(normalize([...map.used, ...map.leftOut.flatMap((left) => left.extents)])).toEqual(expected.used);
  }
});

need(ALL)('bad sectors in its structures cost no more than they must', async () => {
  const path = makeNtfs(folder, 'bad.img', 1 * GIB, 4096);
  const file = await openFile(path);
  const { mftOffset, clusters } = readGeometry(await readBytes(file, 0, 512));
  const expected = await ntfsAllocation(file, { leaveOutSwapFiles: true });
  const read = (offset: number, length: number) => ntfsAllocation(withBadPlaces(file, [{ offset, length }]), { leaveOutSwapFiles: true });

  for (const record of [0, 1, 2, 3, 5, 9]) expect((await read(mftOffset + record * 1024, 1024)).used).toEqual(expected.used);
  for (const name of ['/$LogFile', '/$UpCase']) expect((await read(clustersOf(path, name, 4096)[0]!.offset, 4096)).used).toEqual(expected.used);
  // 4 KiB of the map tell about 128 MiB.
  const [bitmap] = clustersOf(path, '/$Bitmap', 4096);
  const unknown = { offset: 4096 * 8 * 4096, length: 4096 * 8 * 4096 };
  expect((await read(bitmap!.offset + 4096 + 512, 512)).used).toEqual(union(expected.used, [unknown]));
  expect(clusters * 4096).toBeGreaterThan(endOf(unknown));

  await expect(read(0, 512)).rejects.toMatchObject({ code: 'target-read-failed' });
  await expect(read(mftOffset + 6 * 1024, 1024)).rejects.toMatchObject({ code: 'target-read-failed' });
  await expect(read(0, file.size)).rejects.toMatchObject({ code: 'target-read-failed' });
  await file.close();
  rmSync(path);
});

/** As logfile.h of ntfs-3g describes it, with one client, NTFS itself. */
function restartPage(logSize: number, lsn: number, open: boolean, flags: number): Uint8Array {
  const page = Buffer.alloc(4096);
  page.write('RSTR', 'latin1');
  page.writeUInt16LE(30, 4);
  page.writeUInt16LE(9, 6);
  page.writeUInt32LE(4096, 16);
  page.writeUInt32LE(4096, 20);
  const area = 0x30;
  page.writeUInt16LE(area, 24);
  page.writeUInt16LE(1, 26);
  page.writeUInt16LE(1, 28);
  page.writeUInt32LE(lsn, area);
  page.writeUInt16LE(1, area + 8);
  page.writeUInt16LE(open ? 0xffff : 0, area + 10);
  page.writeUInt16LE(open ? 0 : 0xffff, area + 12);
  page.writeUInt16LE(flags, area + 14);
  page.writeUInt32LE(67 - (Math.floor(Math.log2(logSize)) + 1), area + 16);
  page.writeUInt16LE(0xe0, area + 20);
  page.writeUInt16LE(0x40, area + 22);
  page.writeUInt32LE(logSize, area + 24);
  page.writeUInt16LE(0x30, area + 36);
  page.writeUInt16LE(0x40, area + 38);
  page.writeUInt32LE(0xffffffff, area + 0x40 + 16);
  // The counter and what it stands for, at the end of each 512 bytes.
  page.writeUInt16LE(7, 30);
  for (let i = 1; i <= 8; i++) page.writeUInt16LE(7, i * 512 - 2);
  return page;
}
