import { expect } from 'vitest';
import { btrfsAllocation } from '../../../native-free-engine/filesystems/btrfs/allocation.ts';
import { need } from '../../support/need.ts';
import { blankFile, labFolder, openFile, run } from '../lab.ts';
import { bits, flipping, readFlipped } from './flipping.ts';
import { KIB, MIB } from './volume-copy.ts';

const folder = labFolder();
const SUPERBLOCK = 64 * KIB;

for (const checksum of ['crc32c', 'sha256']) {
  need({ tools: ['mkfs.btrfs', 'btrfs'] })(`${checksum}: every bit of the superblock, and of nodes of trees`, async () => {
    const path = blankFile(folder, `${checksum}.img`, 128 * MIB);
    run('mkfs.btrfs', ['-q', '-m', 'single', '-n', '4k', '--csum', checksum, path]);
    const source = flipping(await openFile(path));
    const sound = await btrfsAllocation(source, { leaveOutSwapFiles: true });
    const chunks = run('btrfs', ['inspect-internal', 'dump-tree', '-t', 'chunk', path]);
    const maps = [...chunks.matchAll(/CHUNK_ITEM (\d+)\) .*\n\s+length (\d+)[^]*?stripe 0 devid 1 offset (\d+)/g)].map(([, logical, length, offset]) => [Number(logical), Number(length), Number(offset)] as const);
    const place = (tree: string): number => {
      const address = Number(/^(?:node|leaf) (\d+)/m.exec(run('btrfs', ['inspect-internal', 'dump-tree', '-t', tree, path]))?.[1]);
      const [logical, , offset] = maps.find(([from, length]) => address >= from && address < from + length) ?? [0, 0, 0];
      return offset + address - logical;
    };
    const structures = [bits(SUPERBLOCK, 0x12b), bits(SUPERBLOCK + 0x23b, 16, 3), bits(SUPERBLOCK + 0x32b, 140)];
    for (const tree of ['chunk', 'root', 'extent']) {
      const at = place(tree);
      structures.push(bits(at, 101 + 150, 2), bits(at + 2 * KIB, 2 * KIB, 11));
    }
    let refused = 0;
    for (const flips of structures) {
      const result = await readFlipped(source, btrfsAllocation, flips, sound, 4 * MIB);
      expect(result.other).toEqual([]);
      refused += result.refused;
    }
    expect(refused).toBeGreaterThan(1000);
    await source.close();
  });
}
