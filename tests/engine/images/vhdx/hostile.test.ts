import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { need } from '../../../support/need.ts';
import { labFolder, run } from '../../lab.ts';
import { MIB, load, outcome, regionOffset, sealed, sparseDisk } from './vhdx-lab.ts';

const test = need({ tools: ['qemu-img'] });
const NAMED = /^(image-(corrupt|truncated|log-dirty|feature-unsupported)|struct-(invalid|out-of-bounds)|number-unsafe)$/;

describe('a damaged VHDX', () => {
  const folder = labFolder();
  let file: Buffer;
  let raw: Buffer;
  beforeAll(() => {
    raw = sparseDisk(join(folder, 'small.raw'), 5 * MIB - 512 * 1024, [[0, 4096], [MIB, 100], [4 * MIB, 70_000]]);
    run('qemu-img', ['convert', '-O', 'vhdx', '-o', 'block_size=1M,log_size=1M', join(folder, 'small.raw'), join(folder, 'small.vhdx')]);
    file = load(join(folder, 'small.vhdx'));
  });

  /** Flips every bit of a stretch in turn: each time a named error or the right bytes. */
  const everyBit = async (offset: number, length: number, accept: (result: Buffer | string, at: number) => boolean = () => false): Promise<Record<string, number>> => {
    const seen: Record<string, number> = {};
    for (let bit = 0; bit < length * 8; bit++) {
      const at = offset + (bit >> 3);
      file[at]! ^= 1 << (bit & 7);
      const result = await outcome(file);
      file[at]! ^= 1 << (bit & 7);
      const right = typeof result === 'string' ? NAMED.test(result) : Buffer.compare(result, raw) === 0;
      if (!right && !accept(result, at)) expect.fail(`bit ${bit & 7} of byte ${at}: ${typeof result === 'string' ? result : 'wrong bytes'}`);
      const kind = typeof result === 'string' ? result : 'right';
      seen[kind] = (seen[kind] ?? 0) + 1;
    }
    return seen;
  };

  test('every bit of the identifier, the headers and the region tables', async () => {
    expect(await everyBit(0, 8)).toEqual({ 'image-corrupt': 64 });
    for (const header of [64 << 10, 128 << 10]) await everyBit(header, 80);
    for (const table of [192 << 10, 256 << 10]) expect(await everyBit(table, 80)).toEqual({ right: 640 });
    // With both copies damaged nothing is left to go by.
    file[(192 << 10) + 40]! ^= 1;
    expect(await everyBit((256 << 10) + 16, 8)).toEqual({ 'image-corrupt': 64 });
    file[(192 << 10) + 40]! ^= 1;
  });

  test('every bit of the block allocation table', async () => {
    await everyBit(regionOffset(file, 'bat'), 5 * 8 + 16);
  });

  test('every bit of the metadata; only the disk size, which nothing else repeats, may come out changed', async () => {
    const metadata = regionOffset(file, 'metadata');
    const items = metadata + (64 << 10);
    const sizeAt = [0, 1, 2, 3, 4].map((i) => metadata + 32 + i * 32).find((at) => file.readUInt32LE(at) === 0x2fa54224)!;
    const size = metadata + file.readUInt32LE(sizeAt + 16);
    const sameAsFarAsItGoes = (result: Buffer | string, at: number): boolean => {
      if (at < size || at >= size + 8) return false;
      if (typeof result === 'string') return result === 'size';
      const shared = Math.min(result.length, raw.length);
      return Buffer.compare(result.subarray(0, shared), raw.subarray(0, shared)) === 0 && result.subarray(shared).every((byte) => byte === 0);
    };
    await everyBit(metadata, 32 * 6);
    await everyBit(items, 64, sameAsFarAsItGoes);
  });

  test('cut off at every 64 KiB', async () => {
    let cut = 0;
    for (let length = 0; length < file.length; length += 64 << 10) {
      const result = await outcome(file.subarray(0, length));
      // The disk ends in the middle of its last block: what lies behind may be missing.
      if (typeof result !== 'string') expect(Buffer.compare(result, raw), `${length} bytes`).toBe(0);
      else expect(result, `${length} bytes`).toMatch(/^image-(truncated|corrupt)$|^struct-out-of-bounds$/);
      if (typeof result === 'string') cut++;
    }
    expect(cut).toBeGreaterThan((file.length - MIB) / (64 << 10));
  });

  test('a differencing disk, an unknown region or item that is required, a later version', async () => {
    const metadata = regionOffset(file, 'metadata');
    const change = async (edit: (bad: Buffer) => void): Promise<Buffer | string> => {
      const bad = Buffer.from(file);
      edit(bad);
      return outcome(bad);
    };
    const parametersAt = [0, 1, 2, 3, 4].map((i) => metadata + 32 + i * 32).find((at) => file.readUInt32LE(at) === 0xcaa16737)!;
    expect(await change((bad) => bad.writeUInt32LE(2, metadata + bad.readUInt32LE(parametersAt + 16) + 4))).toBe('image-feature-unsupported');
    expect(await change((bad) => bad.writeUInt32LE(0x12345678, parametersAt))).toBe('image-feature-unsupported');
    expect(await change((bad) => bad.writeBigUInt64LE((4n << 20n) | 7n, regionOffset(bad, 'bat')))).toBe('image-feature-unsupported');
    expect(await change((bad) => {
      for (const table of [192 << 10, 256 << 10]) {
        bad.writeUInt32LE(3, table + 8);
        bad.writeUInt32LE(1, table + 16 + 64 + 28);
        sealed(bad.subarray(table, table + (64 << 10)), 64 << 10);
      }
    })).toBe('image-feature-unsupported');
    expect(await change((bad) => {
      for (const header of [64 << 10, 128 << 10]) {
        bad.writeUInt16LE(2, header + 66);
        sealed(bad.subarray(header, header + 4096), 4096);
      }
    })).toBe('image-feature-unsupported');
  });

  test('a table for 64 TiB in a file of 8 MiB costs neither time nor memory', async () => {
    const metadata = regionOffset(file, 'metadata');
    const bad = Buffer.from(file);
    const sizeAt = [0, 1, 2, 3, 4].map((i) => metadata + 32 + i * 32).find((at) => bad.readUInt32LE(at) === 0x2fa54224)!;
    bad.writeBigUInt64LE(64n << 40n, metadata + bad.readUInt32LE(sizeAt + 16));
    expect(await outcome(bad)).toBe('image-corrupt');
  });
});
