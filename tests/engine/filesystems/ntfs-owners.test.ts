import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { totalLength, type ExtentSet } from '../../../native-free-engine/base/extent.ts';
import type { FileOwner } from '../../../native-free-engine/filesystems/allocation-types.ts';
import { ntfsAllocation } from '../../../native-free-engine/filesystems/ntfs/allocation.ts';
import { ntfsOwners } from '../../../native-free-engine/filesystems/ntfs/owners.ts';
import { memoryDevice, openNtfsFile } from '../../../native-free-engine/index.ts';
import { seeded } from '../../support/seeded.ts';
import { need } from '../../support/need.ts';
import { counting, labFolder, run } from '../lab.ts';
import { NTFS_TOOLS, attributeAt, clustersOf, makeNtfs, populate, recordAt, tear, withBadPlaces, withNtfs } from './ntfs-volume.ts';
import { MIB } from './volume-copy.ts';

const folder = labFolder();
const ALL = { root: true, linux: true, tools: [...NTFS_TOOLS] };
const CLUSTER = 1024;

const ownersOf = (volume: Uint8Array, extents: ExtentSet): Promise<FileOwner[]> => ntfsOwners(memoryDevice(volume), extents);

/** Number of the record of a file, and whose records come after the base when it has several. */
function inodeOf(path: string, file: string): number {
  return Number(/Dumping Inode (\d+)/.exec(run('ntfsinfo', ['-f', '-F', file, path]))?.[1]);
}

for (const [name, fill] of [['many kinds of files', populate], ['files in pieces', function torn(top: string): void { tear(top, 2500, MIB); }]] as const) {
  need(ALL)(`${name}: every cluster in use has the owner that ntfscluster names`, async () => {
    const path = makeNtfs(folder, `${fill.name}.img`, 16 * MIB, CLUSTER);
    await withNtfs(path, fill);
    const volume = new Uint8Array(readFileSync(path));
    const { used } = await ntfsAllocation(memoryDevice(volume), { leaveOutSwapFiles: false });
    const owners = await ownersOf(volume, used);
    expect(owners.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(totalLength(used));
    expect(owners.map((owner) => owner.path)).toEqual(expect.arrayContaining(['$MFT', '$MFTMirr', '$LogFile', '$Bitmap', '$Boot', '$Secure:$SDS', '$UpCase', '.']));

    const random = seeded(11);
    for (let i = 0; i < 12; i++) {
      const extent = used[random.below(used.length)]!;
      const cluster = Math.floor(extent.offset / CLUSTER) + random.below(Math.ceil(extent.length / CLUSTER));
      const found = await ownersOf(volume, [{ offset: cluster * CLUSTER + 512, length: 512 }]);
      // Inode 66 /Windows/one/$DATA(stream)
      const report = run('ntfscluster', ['-f', '-c', `${cluster}-${cluster}`, path]);
      const named = [...report.matchAll(/^Inode \d+ \/(.*)\/\$(\w+)(?:\((.*)\))?$/gm)].map(([, file, type, stream]) => (type === 'DATA' && stream ? `${file}:${stream}` : file || '.'));
      if (cluster * CLUSTER < 16 * MIB - CLUSTER) expect(found, report).toEqual(named.map((file) => ({ path: file, bytes: 512 })));
    }
  });
}

need(ALL)('files, named streams and directories by bytes', async () => {
  const path = makeNtfs(folder, 'bytes.img', 16 * MIB, CLUSTER);
  await withNtfs(path, populate);
  const volume = new Uint8Array(readFileSync(path));
  const pieces = clustersOf(path, '/Windows/one', CLUSTER);
  const driver = clustersOf(path, '/Windows/System32/drivers/größer.sys', CLUSTER);
  const asked = [...pieces, ...driver, ...clustersOf(path, '/many', CLUSTER, 'a0')].sort((a, b) => a.offset - b.offset);
  const owners = await ownersOf(volume, asked);
  expect(owners.map((owner) => owner.path).sort()).toEqual(['Windows/System32/drivers/größer.sys', 'Windows/one', 'Windows/one:stream', 'many']);
  expect(owners.reduce((sum, { path: name, bytes }) => sum + (name.startsWith('Windows/one') ? bytes : 0), 0)).toBe(totalLength(pieces));
  expect(owners.find((owner) => owner.path === 'Windows/one:stream')?.bytes).toBe(Math.ceil(50_000 / CLUSTER) * CLUSTER);
  expect(await ownersOf(volume, [])).toEqual([]);
  expect(await ownersOf(volume, [{ offset: 16 * MIB - 512, length: 512 }])).toEqual([{ path: '$Boot', bytes: 512 }]);
  // One byte of a file, and what lies between its pieces is nobody's business.
  expect(await ownersOf(volume, [{ offset: pieces[0]!.offset, length: 1 }])).toEqual([{ path: 'Windows/one', bytes: 1 }]);
});

need({ ...ALL, tools: [...NTFS_TOOLS, 'setfattr'] })('files that NTFS packed keep their names, cluster by cluster', async () => {
  const size = 4096;
  const path = makeNtfs(folder, 'packed.img', 24 * MIB, size);
  await withNtfs(path, (top) => {
    mkdirSync(join(top, 'Administratie'));
    // FILE_ATTRIBUTE_COMPRESSED, which new files of the folder take over.
    run('setfattr', ['-h', '-v', '0x00000810', '-n', 'system.ntfs_attrib_be', join(top, 'Administratie')]);
    writeFileSync(join(top, 'Administratie', 'brieven.txt'), 'Beste klant, '.repeat(60_000));
    writeFileSync(join(top, 'Administratie', 'half.bin'), Buffer.concat([seeded(5).bytes(200_000), Buffer.alloc(300_000, 'x')]));
    writeFileSync(join(top, 'Administratie', 'kort.txt'), 'in its record, as it is');
    for (let i = 0; i < 60; i++) writeFileSync(join(top, 'Administratie', `so many that the folder gets clusters of its own ${i}`), '');
  });
  const volume = new Uint8Array(readFileSync(path));
  for (const [name, length] of [['Administratie/brieven.txt', 780_000], ['Administratie/half.bin', 500_000]] as const) {
    // It is packed: what NTFS says of it, and fewer clusters than its length has.
    expect(run('ntfsinfo', ['-f', '-F', name, path])).toMatch(/Compression unit:\s+4 /);
    const pieces = clustersOf(path, `/${name}`, size);
    expect(totalLength(pieces)).toBeGreaterThan(0);
    expect(totalLength(pieces)).toBeLessThan(length * 0.75);
    for (const piece of pieces) {
      for (let at = piece.offset; at < piece.offset + piece.length; at += size) {
        expect(await ownersOf(volume, [{ offset: at + 512, length: 512 }])).toEqual([{ path: name, bytes: 512 }]);
      }
    }
    expect((await openNtfsFile(memoryDevice(volume), name))?.size).toBe(length);
  }
  // The folder itself, and what is short enough for a record, have the flag and are not packed.
  const short = await openNtfsFile(memoryDevice(volume), 'Administratie/kort.txt');
  const text = new Uint8Array(short?.size ?? 0);
  await short?.readInto(0, text);
  expect(Buffer.from(text).toString()).toBe('in its record, as it is');
});

need(ALL)('where the MFT cannot be read, all other files keep their names', async () => {
  const path = makeNtfs(folder, 'unreadable.img', 16 * MIB, CLUSTER);
  await withNtfs(path, populate);
  const volume = new Uint8Array(readFileSync(path));
  const { used } = await ntfsAllocation(memoryDevice(volume), { leaveOutSwapFiles: false });
  const all = await ownersOf(volume, used);
  const lost = inodeOf(path, '/Windows/System32/drivers/größer.sys');
  const bad = [{ offset: recordAt(volume, lost), length: 512 }];
  const found = await ntfsOwners(withBadPlaces(memoryDevice(volume), bad), used);
  // 4096 bytes of the MFT are given up: four records.
  expect(found.length).toBeGreaterThanOrEqual(all.length - 4);
  expect(found.length).toBeLessThan(all.length);
  expect(found.map((owner) => owner.path)).not.toContain('Windows/System32/drivers/größer.sys');

  // Its first record has a copy; without any, nothing can be told.
  const noMft = [{ offset: recordAt(volume, 0), length: 512 }];
  expect((await ntfsOwners(withBadPlaces(memoryDevice(volume), noMft), used)).length).toBeGreaterThan(all.length - 5);
  expect(await ntfsOwners(withBadPlaces(memoryDevice(volume), [{ offset: 0, length: volume.length }]), used)).toEqual([]);
  expect(await ownersOf(new Uint8Array(MIB), used)).toEqual([]);
  await expect(ntfsOwners(memoryDevice(volume), used, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});

need(ALL)('a file whose first record is gone', async () => {
  const path = makeNtfs(folder, 'orphans.img', 12 * MIB, 512);
  await withNtfs(path, (top) => tear(top, 1200, 2 * MIB));
  const sound = new Uint8Array(readFileSync(path));
  const record = inodeOf(path, '/pagefile.sys');
  const asked = clustersOf(path, '/pagefile.sys', 512);
  expect(asked.length).toBeGreaterThan(500);
  expect((await ownersOf(sound, asked)).map((owner) => owner.path)).toEqual(['pagefile.sys']);

  const withoutBase = sound.slice();
  withoutBase[recordAt(sound, record) + 0x16]! &= ~1;
  const orphans = await ownersOf(withoutBase, asked);
  expect(orphans.map((owner) => owner.path)).toEqual([`$OrphanFiles/OrphanFile-${record}`]);
  expect(orphans[0]!.bytes).toBeGreaterThan(0);

});

need(ALL)('files whose directory is gone or another now, and directories within themselves', async () => {
  const path = makeNtfs(folder, 'lost.img', 16 * MIB, CLUSTER);
  await withNtfs(path, populate);
  const sound = new Uint8Array(readFileSync(path));
  const file = clustersOf(path, '/Windows/System32/drivers/größer.sys', CLUSTER);
  const directory = inodeOf(path, '/Windows');
  const at = recordAt(sound, directory);
  const lost = [{ path: '$OrphanFiles/System32/drivers/größer.sys', bytes: totalLength(file) }];
  const deleted = sound.slice();
  deleted[at + 0x16]! &= ~1;
  expect(await ownersOf(deleted, file)).toEqual(lost);
  const reused = sound.slice();
  reused[at + 0x10]!++;
  expect(await ownersOf(reused, file)).toEqual(lost);

  const loop = sound.slice();
  const parent = attributeAt(sound, at, 0x30) + 0x18;
  new DataView(loop.buffer).setBigUint64(parent, BigInt(directory) | (BigInt(sound[at + 0x10]!) << 48n), true);
  const device = counting(memoryDevice(loop));
  const [owner] = await ntfsOwners(device, file);
  expect(owner!.path).toMatch(/^\$OrphanFiles\/Windows\/Windows\/.*\/drivers\/größer\.sys$/);
  expect(owner!.path.length).toBeLessThan(4000);
  expect(device.bytesRead).toBeLessThan(12 * MIB);
});
