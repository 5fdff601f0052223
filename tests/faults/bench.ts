import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Lab } from '../labs/lab.ts';
import { attachLoop, type LoopDisk } from '../labs/loop.ts';
import { testLab } from '../labs/test-lab.ts';
import type { WerkbankEnd } from '../labs/werkbank.ts';

export const MIB = 1 << 20;

/** A lab with an image to write and a neighbour that must stay as it is. */
export interface FaultBench {
  readonly lab: Lab;
  readonly image: string;
  readonly bytes: Buffer;
  /** Another disk of the same size as the targets usually have, full of somebody's data. */
  readonly neighbour: LoopDisk;
  /** Neither the neighbour nor the image itself has changed. */
  expectNothingElseHarmed(): Promise<void>;
}

export async function faultBench(imageSize = 8 * MIB): Promise<FaultBench> {
  const lab = await testLab();
  const bytes = imageBytes(imageSize);
  const image = join(lab.folder, 'image.img');
  await writeFile(image, bytes);
  const backing = join(lab.folder, 'neighbour.img');
  await writeFile(backing, imageBytes(4 * MIB));
  const neighbour = await attachLoop(lab, { backing });
  const before = await neighbour.sha256();
  return {
    lab, image, bytes, neighbour,
    async expectNothingElseHarmed() {
      expect(await neighbour.sha256(), 'the neighbouring disk').toBe(before);
      expect(sha256(await readFile(image)), 'the image').toBe(sha256(bytes));
    },
  };
}

/** Bytes that look like a disk: an MBR with one partition, then data without a single zero run, different every time. */
export function imageBytes(size: number): Buffer {
  const bytes = createCipheriv('aes-128-ctr', randomBytes(16), Buffer.alloc(16)).update(Buffer.alloc(size));
  bytes.fill(0, 0, 512);
  bytes[446 + 4] = 0x83;
  bytes.writeUInt32LE(2048, 446 + 8);
  bytes.writeUInt32LE(Math.max(1, Math.floor(size / 512) - 2048), 446 + 12);
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}

export const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

/**
 * Arguments for writing without questions. Ejecting would take the loop device away before it can be looked at;
 * the checks beforehand, which take two seconds to see what else a disk does, are not what a fault is about.
 */
export const writeArgs = (image: string, ...disks: readonly string[]): string[] => [
  'write', image, ...disks.flatMap((disk) => ['--to', disk]), '--yes', '--no-eject', '--no-checks',
];

/** Checks how a run ended, with everything it said shown when it ended differently. */
export function expectEnd(end: WerkbankEnd, code: string | null, exitCode: number): void {
  const shown = { exitCode: end.exitCode, code: end.ended?.code, stderr: end.stderr, detail: detailOf(end) };
  expect(shown).toMatchObject({ exitCode, code });
  expect(end.ended).toMatchObject({ ok: code === null, exitCode });
}

function detailOf(end: WerkbankEnd): unknown {
  return end.ended?.error ?? end.report?.error ?? end.report?.targets.map((target) => target.error);
}

/** No system takes a disk for usable that starts like this. */
export async function expectNoTable(disk: LoopDisk): Promise<void> {
  expect((await disk.read(0, MIB)).equals(Buffer.alloc(MIB)), 'the first MiB is zeroed').toBe(true);
}
