import { once } from 'node:events';
import { appendFileSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { EngineError } from '../../../native-free-engine/base/errors.ts';
import { intersect, normalize, type ExtentSet } from '../../../native-free-engine/base/extent.ts';
import { readGeometry } from '../../../native-free-engine/filesystems/ntfs/geometry.ts';
import type { BlockSource } from '../../../native-free-engine/io/types.ts';
import { spawnBound } from '../../labs/process.ts';
import { seeded } from '../../support/seeded.ts';
import { blankFile, run } from '../lab.ts';
import { unmount } from '../../labs/mount.ts';

export const NTFS_TOOLS = ['mkntfs', 'ntfs-3g', 'ntfsinfo', 'ntfscluster', 'ntfsfix', 'partclone.ntfs', 'umount'] as const;

/** An empty NTFS volume in a file. */
export function makeNtfs(folder: string, name: string, size: number, clusterSize: number, more: readonly string[] = []): string {
  const path = blankFile(folder, name, size);
  run('mkntfs', ['-q', '-Q', '-F', '-c', String(clusterSize), ...more, path]);
  return path;
}

/** Mounts a volume while `use` runs, and waits until its driver has written everything: `umount` alone does not. */
export async function withNtfs<T>(path: string, use: (top: string) => T): Promise<T> {
  const folder = mkdtempSync(`${path}.mount-`);
  const driver = spawnBound('ntfs-3g', ['-o', 'no_detach,streams_interface=windows,compression', path, folder], { stdio: 'ignore' });
  const ended = once(driver, 'exit');
  const isMounted = (): boolean => readFileSync('/proc/self/mounts', 'utf8').includes(` ${folder} `);
  for (let tries = 0; !isMounted(); tries++) {
    if (driver.exitCode !== null || tries > 1000) throw new Error(`ntfs-3g ended with ${driver.exitCode}`);
    await wait(10);
  }
  try {
    return use(folder);
  } finally {
    await unmount(folder);
    await ended;
  }
}

/** Files of all kinds, many of them in pieces, some gone again; a page file among them. */
export function populate(top: string): void {
  const random = seeded(3);
  const write = (name: string, length: number): void => writeFileSync(join(top, name), random.bytes(length));
  mkdirSync(join(top, 'Windows', 'System32', 'drivers'), { recursive: true });
  mkdirSync(join(top, 'many'));
  for (let i = 0; i < 150; i++) write(`many/a file with a long name ${i}`, random.below(9000));
  for (let i = 0; i < 150; i += 3) rmSync(join(top, `many/a file with a long name ${i}`));
  for (let i = 0; i < 12; i++) {
    for (const name of ['one', 'two', 'three']) appendFileSync(join(top, 'Windows', name), random.bytes(40_000));
    appendFileSync(join(top, 'PageFile.sys'), random.bytes(60_000));
  }
  rmSync(join(top, 'Windows', 'two'));
  write('Windows/System32/drivers/größer.sys', 300_000);
  writeFileSync(join(top, 'Windows', 'one:stream'), random.bytes(50_000));
  write('sparse.bin', 20_000);
  truncateSync(join(top, 'sparse.bin'), 900_000);
  appendFileSync(join(top, 'sparse.bin'), 'the end');
}

/** Fills a volume, then deletes every other file: what comes next lies in pieces, first a page file, then the MFT. */
export function tear(top: string, pieceSize: number, pageFileSize: number): void {
  const fill = (folder: string, length: number, limit: number): number => {
    mkdirSync(join(top, folder));
    for (let i = 0; i < limit; i++) {
      try {
        writeFileSync(join(top, folder, `file ${i}`), Buffer.alloc(length, `${folder} ${i}`));
      } catch {
        return i;
      }
    }
    return limit;
  };
  const large = fill('large', pieceSize, 100_000);
  for (let i = 0; i < large; i += 2) rmSync(join(top, 'large', `file ${i}`));
  writeFileSync(join(top, 'pagefile.sys'), Buffer.alloc(pageFileSize, 'page'));
  fill('small', 300, 100_000);
}

/** Where ntfscluster says that a file's attribute of a type lies; 80 is its data. */
export function clustersOf(path: string, file: string, clusterSize: number, type = '80'): ExtentSet {
  // Each part of a fragmented attribute has a heading of its own.
  const parts = run('ntfscluster', ['-f', '-F', file, path]).split(`0x${type} - non-resident`).slice(1);
  const report = parts.map((part) => part.split(' 0x')[0]).join('');
  const runs = [...report.matchAll(/^ +\d+ +(\d+) +(\d+)$/gm)];
  return normalize(runs.map(([, cluster, length]) => ({ offset: Number(cluster) * clusterSize, length: Number(length) * clusterSize })));
}

/** Changes bytes of a file in place. */
export function patch(path: string, offset: number, change: (bytes: Buffer) => void, length = 4096): void {
  const file = openSync(path, 'r+');
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, offset);
  change(bytes);
  writeSync(file, bytes, 0, length, offset);
  closeSync(file);
}

/** `source` with places that cannot be read. */
export function withBadPlaces(source: BlockSource, bad: ExtentSet): BlockSource {
  return {
    size: source.size,
    sectorSize: source.sectorSize,
    async readInto(offset, buffer) {
      if (intersect([{ offset, length: buffer.length }], bad).length > 0) throw new EngineError('target-read-failed', { path: 'bad', offset, errno: 'EIO' });
      await source.readInto(offset, buffer);
    },
    close: () => source.close(),
  };
}

/** Where record `number` of a volume lies whose MFT begins in one piece. */
export function recordAt(volume: Uint8Array, number: number): number {
  const { mftOffset, recordSize } = readGeometry(volume);
  return mftOffset + number * recordSize;
}

/** Where an attribute of the record at `record` begins. */
export function attributeAt(volume: Uint8Array, record: number, type: number): number {
  const view = new DataView(volume.buffer, volume.byteOffset, volume.byteLength);
  let at = record + view.getUint16(record + 0x14, true);
  while (view.getUint32(at, true) !== type) {
    if (view.getUint32(at, true) === 0xffffffff) throw new Error(`no attribute ${type.toString(16)}`);
    at += view.getUint32(at + 4, true);
  }
  return at;
}
