import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { endOf, subtract, totalLength } from '../../../native-free-engine/base/extent.ts';
import type { AllocationMap, AllocationReader } from '../../../native-free-engine/filesystems/allocation-types.ts';
import { exfatAllocation } from '../../../native-free-engine/filesystems/exfat/allocation.ts';
import { extAllocation } from '../../../native-free-engine/filesystems/ext/allocation.ts';
import { extOwners } from '../../../native-free-engine/filesystems/ext/owners.ts';
import { fatAllocation } from '../../../native-free-engine/filesystems/fat/allocation.ts';
import { swapAllocation } from '../../../native-free-engine/filesystems/swap/allocation.ts';
import { EngineError, memoryDevice } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { blankFile, counting, labFolder, run } from '../lab.ts';
import { KIB, MIB } from './volume-copy.ts';

const folder = labFolder();
const tree = join(folder, 'tree');
mkdirSync(join(tree, 'sub', 'deeper'), { recursive: true });
for (let i = 0; i < 40; i++) writeFileSync(join(tree, i % 2 ? 'sub' : 'sub/deeper', `file ${i}`), Buffer.alloc(1 + i * 400, i + 1));

const DATA_FAULTS = ['struct-invalid', 'struct-out-of-bounds', 'number-unsafe', 'allocation-invalid'];
/** No map takes reading more than all of the volume, some of it twice. */
const MAX_READ_FACTOR = 3;

interface Place {
  readonly from: number;
  readonly length: number;
  /** So many bits of it, by chance; without it all of them in turn. */
  readonly sample?: number;
}

/** Flips bits one by one and reads the map: an error of the kinds that the contract names, or a map within the volume. */
async function flipBits(volume: Uint8Array, read: AllocationReader, places: readonly Place[], onMap?: (map: AllocationMap, at: number) => void): Promise<void> {
  const random = seeded(23);
  let maps = 0;
  let faults = 0;
  for (const { from, length, sample } of places) {
    for (let i = 0; i < (sample ?? length * 8); i++) {
      const bit = sample === undefined ? i : random.below(length * 8);
      const at = from + (bit >> 3);
      volume[at]! ^= 1 << (bit & 7);
      const source = counting(memoryDevice(volume));
      try {
        const map = await read(source, { leaveOutSwapFiles: true });
        const [first, last] = [map.used[0], map.used.at(-1)];
        if (!first || !last || first.offset < 0 || endOf(last) > volume.length) expect.fail(`byte ${at}, bit ${bit & 7}: outside the volume`);
        onMap?.(map, at);
        maps++;
      } catch (error) {
        if (!(error instanceof EngineError) || !DATA_FAULTS.includes(error.code)) throw error;
        faults++;
      }
      if (source.bytesRead > MAX_READ_FACTOR * volume.length) expect.fail(`byte ${at}, bit ${bit & 7}: ${source.bytesRead} bytes read`);
      volume[at]! ^= 1 << (bit & 7);
    }
  }
  expect(maps).toBeGreaterThan(0);
  expect(faults).toBeGreaterThan(0);
}

const soundMap = async (volume: Uint8Array, read: AllocationReader): Promise<AllocationMap> => read(memoryDevice(volume), { leaveOutSwapFiles: true });

/** A volume that does not say that something is wrong with it must give up all that is in use. */
const keeps = (sound: AllocationMap) => ({ used, conditions }: AllocationMap, at: number): void => {
  const lost = totalLength(subtract(sound.used, used));
  if (conditions.length === 0 && lost > 0) expect.fail(`byte ${at}: ${lost} bytes lost`);
};

function made(size: number, ...commands: readonly (readonly string[])[]): Uint8Array {
  const path = blankFile(folder, 'volume.img', size);
  for (const [tool = '', ...args] of commands) run(tool, args.map((arg) => (arg === '@' ? path : arg)));
  return new Uint8Array(readFileSync(path));
}

for (const [bits, size] of [[12, MIB], [16, 4 * MIB], [32, 36 * MIB]] as const) {
  need({ tools: ['mkfs.fat', 'mcopy'] })(`FAT${bits}: every bit of the boot sector, and some of the FAT: nothing in use is lost by the first`, async () => {
    const volume = made(size, ['mkfs.fat', '-F', String(bits), '-s', '1', '@'], ['mcopy', '-s', '-i', '@', join(tree, 'sub'), '::']);
    const fat = new DataView(volume.buffer).getUint16(14, true) * 512;
    const sound = await soundMap(volume, fatAllocation);
    await flipBits(volume, fatAllocation, [{ from: 0, length: 90 }], keeps(sound));
    await flipBits(volume, fatAllocation, [{ from: 90, length: 422, sample: 50 }, { from: 512, length: 512, sample: 50 }, { from: fat, length: 2 * KIB, sample: 150 }]);
  });
}

need({ tools: ['mkfs.exfat'] })('exFAT: every bit of the boot sector, of the root directory, and some of FAT and bitmap', async () => {
  const volume = made(4 * MIB, ['mkfs.exfat', '-c', '512', '@']);
  const view = new DataView(volume.buffer);
  const heap = view.getUint32(0x58, true) * 512;
  const root = heap + (view.getUint32(0x60, true) - 2) * 512;
  const sound = await soundMap(volume, exfatAllocation);
  await flipBits(volume, exfatAllocation, [{ from: 0, length: 512 }, { from: root, length: 128 }], keeps(sound));
  await flipBits(volume, exfatAllocation, [
    { from: view.getUint32(0x50, true) * 512, length: 256, sample: 500 },
    { from: heap, length: 1024, sample: 200 },
  ]);
});

const EXT: readonly (readonly [string, readonly string[]])[] = [
  ['ext2', ['-t', 'ext2', '-b', '1024', '-N', '128']],
  ['ext4', ['-t', 'ext4', '-b', '1024', '-g', '1024', '-N', '256', '-O', '^has_journal']],
  ['ext4 with group checksums only', ['-t', 'ext4', '-b', '1024', '-g', '1024', '-N', '256', '-O', '^has_journal,^metadata_csum,uninit_bg']],
  ['ext4 with bigalloc', ['-t', 'ext4', '-b', '1024', '-N', '256', '-O', '^has_journal,^metadata_csum,bigalloc', '-C', '4096']],
  ['ext4 with meta_bg', ['-t', 'ext4', '-b', '1024', '-g', '256', '-N', '256', '-O', '^has_journal,^metadata_csum,meta_bg,^resize_inode']],
];

for (const [name, args] of EXT) {
  need({ tools: ['mke2fs'] })(`${name}: every bit of the superblock, and some of descriptors and bitmaps: no block in use is lost`, async () => {
    const volume = made(4 * MIB, ['mke2fs', '-q', '-F', ...args, '-d', tree, '@']);
    const sound = await soundMap(volume, extAllocation);
    const places = [{ from: KIB, length: KIB }, { from: 2 * KIB, length: 2 * KIB, sample: 1500 }, { from: 4 * KIB, length: 60 * KIB, sample: 500 }];
    await flipBits(volume, extAllocation, places, keeps(sound));
  });
}

need({ tools: ['mke2fs'] })('owners on a damaged ext: answers, without faults, whatever is flipped', async () => {
  for (const args of [['-t', 'ext2'], ['-t', 'ext4', '-O', '^has_journal,inline_data', '-I', '256']]) {
    const volume = made(2 * MIB, ['mke2fs', '-q', '-F', '-b', '1024', '-N', '64', ...args, '-d', tree, '@']);
    const { used } = await extAllocation(memoryDevice(volume), { leaveOutSwapFiles: true });
    expect((await extOwners(memoryDevice(volume), used)).length).toBeGreaterThan(40);
    const random = seeded(29);
    for (let round = 0; round < 1500; round++) {
      const extent = used[random.below(used.length)]!;
      const spoiled = Array.from({ length: 1 + random.below(6) }, () => extent.offset + random.below(Math.min(extent.length, 80 * KIB)));
      const before = spoiled.map((at) => volume[at]!);
      for (const at of spoiled) volume[at] = random.below(3) === 0 ? 0xff : volume[at]! ^ (1 << random.below(8));
      const source = counting(memoryDevice(volume));
      await extOwners(source, used);
      expect(source.bytesRead).toBeLessThan(4 * volume.length);
      for (const [i, at] of [...spoiled.entries()].reverse()) volume[at] = before[i]!;
    }
  }
});

need({ tools: ['mkswap'] })('swap: every bit of its first page', async () => {
  await flipBits(made(MIB, ['mkswap', '-q', '@']), swapAllocation, [{ from: KIB, length: 64 }, { from: 4080, length: 16 }]);
});
