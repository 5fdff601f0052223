import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  gptRoomOf, openFileSource, planRestore, readManifest, readSums, manifestPath, restoreImage,
  type DeviceAddress, type RestoreLayout, type RestoreOptions, type RestoreRequest, type RestoreResult, type Sums,
} from '../../../native-free-engine/index.ts';
import type { DiskMap } from '../../../native-free-engine/layout/disk-map.ts';
import { mapDisk } from '../../../native-free-engine/layout/map-disk.ts';
import { seeded } from '../../support/seeded.ts';
import { blankFile, run } from '../lab.ts';
import { capture } from './capturing.ts';

export const MIB = 1024 * 1024;
const CHUNK = 4 * MIB;

/** Copies all of one file into another, at an offset. */
export async function place(from: string, to: string, offset: number): Promise<void> {
  const [source, target] = [await open(from, 'r'), await open(to, 'r+')];
  const buffer = Buffer.alloc(CHUNK);
  for (let at = 0; ; ) {
    const { bytesRead } = await source.read(buffer, 0, CHUNK, at);
    if (bytesRead === 0) break;
    await target.write(buffer, 0, bytesRead, offset + at);
    at += bytesRead;
  }
  await source.close();
  await target.close();
}

/** A part of a file or device as a file of its own. */
export async function cutOut(from: string, offset: number, length: number, to: string): Promise<string> {
  const [source, target] = [await open(from, 'r'), await open(to, 'w')];
  const buffer = Buffer.alloc(CHUNK);
  for (let at = 0; at < length; at += CHUNK) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(CHUNK, length - at), offset + at);
    await target.write(buffer, 0, bytesRead, at);
  }
  await source.close();
  await target.close();
  return to;
}

/** A file in place of a disk, full of what must not be taken for contents. */
export async function usedDisk(folder: string, name: string, size: number): Promise<string> {
  const path = blankFile(folder, name, size);
  const file = await open(path, 'r+');
  const garbage = Buffer.alloc(MIB, 0xa5);
  for (let at = 0; at < size; at += MIB) await file.write(garbage, 0, Math.min(MIB, size - at), at);
  await file.close();
  return path;
}

/** A folder with a few files, some of them large enough to lie in several places. */
export function someFiles(folder: string, seed: number): string {
  const path = join(folder, `files-${seed}`);
  const random = seeded(seed);
  mkdirSync(join(path, 'sub'), { recursive: true });
  writeFileSync(join(path, 'hello.txt'), `hello from ${seed}\n`);
  for (let i = 0; i < 12; i++) writeFileSync(join(path, 'sub', `file-${i}.bin`), Buffer.alloc(1 + random.below(180_000), random.bytes(4099)));
  return path;
}

/** A small volume of a kind with files in it. */
export function volume(folder: string, name: string, kind: 'fat' | 'ext4' | 'ntfs' | 'swap', size: number, seed: number, sectorSize = 512): string {
  const path = blankFile(folder, name, size);
  const files = someFiles(folder, seed);
  if (kind === 'fat') {
    run('mkfs.fat', ['-S', String(sectorSize), '-n', 'EFI', path]);
    run('mcopy', ['-s', '-i', path, join(files, 'hello.txt'), join(files, 'sub'), '::']);
  } else if (kind === 'ext4') run('mke2fs', ['-q', '-t', 'ext4', '-b', '4096', '-d', files, path]);
  else if (kind === 'swap') run('mkswap', [path]);
  else {
    run('mkntfs', ['-q', '-F', '-f', '-L', 'Data', '-s', String(sectorSize), path]);
    run('ntfscp', ['-q', '-f', path, join(files, 'hello.txt'), 'hello.txt']);
    run('ntfscp', ['-q', '-f', path, join(files, 'sub', 'file-3.bin'), 'file-3.bin']);
  }
  return path;
}

export interface Captured {
  readonly image: string;
  readonly id: string;
  readonly map: DiskMap;
  readonly sums: Sums | null;
}

/** An image of a disk (or file), with its hashes. */
export async function captured(disk: string, image: string, sectorSize = 512): Promise<Captured> {
  const map = await mapOf(disk, sectorSize);
  await capture(disk, map, image, { compression: 'fast' });
  const found = await readManifest(manifestPath(image));
  return { image, id: found.manifest.id, map, sums: await readSums(found) };
}

export async function mapOf(disk: string, sectorSize = 512): Promise<DiskMap> {
  const source = await openFileSource(disk, { sectorSize });
  const map = await mapDisk(source, { partitions: null, leaveOutSwapFiles: true });
  await source.close();
  return map;
}

export const addressOf = (path: string, size: number, sectorSize = 512): DeviceAddress => ({ path, size, sectorSize, wholeSectors: false });

export async function planFor(of: Captured, source: string, target: DeviceAddress, more: Partial<RestoreRequest> = {}): Promise<RestoreLayout> {
  const disk = await openFileSource(source, { sectorSize: target.sectorSize });
  const gpt = await gptRoomOf({ ...disk, readInto: (offset, buffer) => disk.readInto(offset, buffer), ordered: false }, of.map);
  await disk.close();
  return planRestore({
    map: of.map, selected: null, target: { size: target.size, sectorSize: target.sectorSize, name: 'disk 3' }, grow: false, newIdentifiers: false, rest: 'keep',
    ...(gpt ? { gpt } : {}), ...more,
  });
}

export const restoreOptions = (of: Captured, targets: readonly { address: DeviceAddress; layout: RestoreLayout }[], more: Partial<RestoreOptions> = {}): RestoreOptions => ({
  image: { location: of.image, tempDir: null, backings: {} },
  imageId: of.id,
  imageName: 'practice',
  used: of.map.used,
  sums: of.sums,
  targets: targets.map(({ address, layout }) => ({ id: address.path, address, layout })),
  memory: 'low',
  verify: true,
  resume: false,
  signal: new AbortController().signal,
  report: () => undefined,
  ...more,
});

export const restore = (of: Captured, targets: readonly { address: DeviceAddress; layout: RestoreLayout }[], more: Partial<RestoreOptions> = {}): Promise<RestoreResult> =>
  restoreImage(restoreOptions(of, targets, more));

/** Every used byte of the disk that a plan moves is on the target, apart from the tables. */
export function differences(source: string, target: string, used: DiskMap['used'], layout: RestoreLayout, besides: readonly { offset: number; length: number }[] = []): number[] {
  const [from, to] = [readFileSync(source), readFileSync(target)];
  const wrong: number[] = [];
  for (const piece of layout.pieces) {
    for (const extent of used) {
      const start = Math.max(extent.offset, piece.from);
      const end = Math.min(extent.offset + extent.length, piece.from + piece.length);
      for (let at = start; at < end; at += 512) {
        const there = piece.to + at - piece.from;
        if (besides.some(({ offset, length }) => there >= offset && there < offset + length)) continue;
        const stop = Math.min(end, at + 512);
        if (!from.subarray(at, stop).equals(to.subarray(there, there + stop - at))) wrong.push(there);
      }
    }
  }
  return wrong;
}
