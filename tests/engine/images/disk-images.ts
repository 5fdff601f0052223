import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { EngineError, endOf, memoryDevice, openDiskImage, type BlockSource, type DiskImage, type OpenDiskImageOptions } from '../../../native-free-engine/index.ts';
import { seeded } from '../lab.ts';

const KIB = 1024;

/** The contents of a disk with everything that formats treat in ways of their own: noise, text, zeros, single bytes, an odd end. */
export function sampleDisk(size: number, seed = 1): Uint8Array {
  const random = seeded(seed);
  const disk = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const length = Math.min(size - at, [512, 4 * KIB, 64 * KIB, 200_000, 700 * KIB][Math.floor(random() * 5)]!);
    const kind = random();
    if (kind < 0.3) for (let i = 0; i < length; i++) disk[at + i] = random() * 256;
    else if (kind < 0.6) for (let i = 0; i < length; i++) disk[at + i] = 'a bench, a disk '.charCodeAt(i % 16);
    else if (kind < 0.65) disk[at + length - 1] = 1;
    at += length;
  }
  disk[size - 1] = 0x5a;
  return disk;
}

export function diskFile(folder: string, name: string, contents: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
}

const opened: DiskImage[] = [];
afterEach(async () => {
  for (const image of opened.splice(0)) await image.close();
});

/** An image that is closed when the test is over. */
export async function openForTest(path: string, options: OpenDiskImageOptions = {}): Promise<DiskImage> {
  const image = await openDiskImage(path, options);
  opened.push(image);
  return image;
}

/** The whole of a disk, read in pieces of `step` bytes. */
export async function contentsOf(disk: BlockSource, step = 1 << 20): Promise<Uint8Array> {
  const out = new Uint8Array(disk.size).fill(0xee);
  for (let at = 0; at < out.length; at += step) await disk.readInto(at, out.subarray(at, Math.min(out.length, at + step)));
  return out;
}

export const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The image holds `disk` in whatever pieces it is read, all of it in its used extents, and zeros behind it. */
export async function expectDisk(image: DiskImage, disk: Uint8Array, steps: readonly number[] = [1 << 20, 77_777]): Promise<void> {
  for (const step of steps) {
    const contents = await contentsOf(image, step);
    expect(digest(contents.subarray(0, disk.length)), `${image.location} in pieces of ${step}`).toBe(digest(disk));
    expect(contents.subarray(disk.length).every((byte) => byte === 0)).toBe(true);
  }
  // Not slice(): of a Buffer that is no copy.
  const bare = Uint8Array.from(disk);
  let end = -1;
  for (const extent of await image.usedExtents()) {
    expect(extent.offset).toBeGreaterThan(end);
    end = endOf(extent);
    bare.fill(0, extent.offset, end);
  }
  expect(end).toBeLessThanOrEqual(image.size);
  expect(bare.every((byte) => byte === 0), `${image.location}: used extents hold all that is not zero`).toBe(true);
}

/** What came of opening and reading an image from hostile bytes: its contents, or a fault by name. Anything else is thrown. */
export async function attempt(bytes: Uint8Array, open: (file: BlockSource) => Promise<DiskImage>): Promise<Uint8Array | EngineError> {
  try {
    const image = await open(memoryDevice(bytes));
    await image.usedExtents();
    if (image.size <= 64 * KIB * KIB) return await contentsOf(image);
    // Larger than it was made: its ends and middle have to do.
    const sample = new Uint8Array(64 * KIB);
    for (const at of [0, Math.floor(image.size / 2), image.size - sample.length]) await image.readInto(at, sample);
    return sample;
  } catch (error) {
    if (error instanceof EngineError && error.code !== 'unexpected') return error;
    throw error;
  }
}

/** Every bit of `ranges`, or `limit` of them by lot when they are more, each flipped in a copy. */
export function* flips(bytes: Uint8Array, ranges: readonly { offset: number; length: number }[], limit: number, seed: number): Generator<{ readonly at: number; readonly bit: number; readonly bytes: Uint8Array }> {
  const random = seeded(seed);
  const all = ranges.flatMap(({ offset, length }) => Array.from({ length: length * 8 }, (_, i) => offset * 8 + i));
  const chosen = all.length <= limit ? all : Array.from({ length: limit }, () => all[Math.floor(random() * all.length)]!);
  const copy = bytes.slice();
  for (const place of chosen) {
    const at = place >> 3;
    copy[at]! ^= 1 << (place & 7);
    yield { at, bit: place & 7, bytes: copy };
    copy[at]! ^= 1 << (place & 7);
  }
}
