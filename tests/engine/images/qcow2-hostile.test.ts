import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { openQcow2 } from '../../../native-free-engine/images/qcow2/read.ts';
import { EngineError, type BlockSource } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { labFolder, run } from '../lab.ts';
import { attempt, digest, diskFile, flips, sampleDisk } from './disk-images.ts';

const MIB = 1 << 20;
const CLUSTER = 65_536;
const folder = labFolder();
const withQemu = need({ tools: ['qemu-img'] });
const disk = sampleDisk(10 * CLUSTER + 512, 21);
const raw = diskFile(folder, 'disk.raw', disk);
const open = (file: BlockSource): ReturnType<typeof openQcow2> => openQcow2(file, 'disk.qcow2', { openBacking: () => Promise.reject(new EngineError('image-parent-missing')) });

function convert(packed: boolean, options = ''): Buffer {
  const path = join(folder, 'small.qcow2');
  run('qemu-img', ['convert', ...(packed ? ['-c'] : []), '-f', 'raw', '-O', 'qcow2', '-o', `cluster_size=64k${options}`, raw, path]);
  return readFileSync(path);
}

for (const [name, packed, options] of [['plain', false, ''], ['deflate', true, ''], ['zstd', true, ',compression_type=zstd']] as const) {
  describe(name, () => {
    withQemu('every bit of the header and of L1, and of L2 entries by lot: a named error or bytes', async () => {
      const image = convert(packed, options);
      const l1 = Number(image.readBigUInt64BE(40));
      const l2 = Number(image.readBigUInt64BE(l1) & 0x00fffffffffffe00n);
      for (const { bytes, at, bit } of flips(image, [{ offset: 0, length: 112 }, { offset: l1, length: 8 }], packed ? 250 : 1000, 1)) {
        const result = await attempt(bytes, open);
        if (result instanceof EngineError) continue;
        // Some bits are of no concern to a reader; one may make the disk larger or smaller, one may take it away.
        const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(24));
        expect(result.length === size || size > 64 * MIB, `byte ${at} bit ${bit}`).toBe(true);
        // Where the table lies is the header's word alone; what was found in its stead need not be a lie.
        const moved = at >= 40 && at < 48;
        if (at < l1 && !moved && size >= disk.length && size <= 64 * MIB) expect(digest(result.subarray(0, disk.length)), `byte ${at} bit ${bit}`).toBe(digest(disk));
      }
      for (const { bytes, at, bit } of flips(image, [{ offset: l2, length: 11 * 8 }], packed ? 150 : 704, 2)) {
        const result = await attempt(bytes, open);
        if (result instanceof EngineError) continue;
        const start = ((at - l2) >> 3) * CLUSTER;
        result.set(disk.subarray(start, start + CLUSTER), start);
        expect(digest(result), `byte ${at} bit ${bit}: no other cluster is touched`).toBe(digest(disk));
      }
    });

    withQemu('cut off at every 64 KiB: a named error, or all of the disk', async () => {
      const image = convert(packed, options);
      for (let length = 0; length < image.length; length += CLUSTER) {
        const result = await attempt(image.subarray(0, length), open);
        if (!(result instanceof EngineError)) expect(digest(result)).toBe(digest(disk));
      }
    });
  });
}

withQemu('a flipped bit of a packed cluster is a named error or a disk of the same size', async () => {
  // qemu-img packs without zstd's checksum; deflate data has none either: what they hold is all that can be asked of them.
  const image = convert(true, ',compression_type=zstd');
  for (const { bytes } of flips(image, [{ offset: 5 * CLUSTER, length: 2000 }], 100, 4)) {
    const result = await attempt(bytes, open);
    if (result instanceof EngineError) expect(['image-cluster-corrupt', 'image-corrupt', 'image-truncated']).toContain(result.code);
    else expect(result.length).toBe(disk.length);
  }
});

withQemu('tables that would take for ever or all memory are refused', async () => {
  const image = convert(false);
  const l1 = Number(image.readBigUInt64BE(40));
  // A disk of 2 TiB whose every table is the same one: days of reading.
  const entries = 4096;
  const end = Math.ceil(image.length / CLUSTER) * CLUSTER;
  const large = Buffer.alloc(end + entries * 8);
  image.copy(large);
  for (let i = 0; i < entries; i++) image.copy(large, end + i * 8, l1, l1 + 8);
  large.writeBigUInt64BE(BigInt(entries) * 512n * BigInt(MIB), 24);
  large.writeUInt32BE(entries, 36);
  large.writeBigUInt64BE(BigInt(end), 40);
  expect(await attempt(large, open)).toMatchObject({ code: 'image-corrupt' });
  // L1 of 2^32 entries.
  image.writeUInt32BE(0xffff_ffff, 36);
  expect(await attempt(image, open)).toMatchObject({ code: 'image-corrupt' });
});
