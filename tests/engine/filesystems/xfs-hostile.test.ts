import { expect } from 'vitest';
import { xfsAllocation } from '../../../native-free-engine/filesystems/xfs/allocation.ts';
import { need } from '../../support/need.ts';
import { blankFile, labFolder, openFile, run } from '../lab.ts';
import { bits, flipping, readFlipped } from './flipping.ts';
import { MIB } from './volume-copy.ts';

const folder = labFolder();
const SIZE = 320 * MIB;

for (const crc of [0, 1]) {
  need({ tools: ['mkfs.xfs', 'xfs_db'] })(`version ${4 + crc}: every bit of a superblock, and of the headers and trees of a group`, async () => {
    const path = blankFile(folder, `${crc}.img`, SIZE);
    run('mkfs.xfs', ['-q', '-m', `crc=${crc}`, path]);
    const root = (name: string): number => 4096 * Number(/= (\d+)/.exec(run('xfs_db', ['-r', '-c', 'agf 0', '-c', `p ${name}`, path]))?.[1]);
    const source = flipping(await openFile(path));
    const sound = await xfsAllocation(source, { leaveOutSwapFiles: true });
    const headers = [bits(0, 272), bits(512, 224), bits(1024, 344, 5), bits(root('bnoroot'), 96)];
    // In version 5 a checksum tells what is wrong, without a look at the other tree.
    if (crc === 0) headers.push(bits(root('cntroot'), 96));
    let all = 0;
    for (const flips of headers) {
      const { refused, other } = await readFlipped(source, xfsAllocation, flips, sound, 4 * MIB);
      // Whatever is not refused gives the right map.
      expect(other).toEqual([]);
      all += refused;
    }
    expect(all).toBeGreaterThan(900);
    await source.close();
  });
}

need({ tools: ['mkfs.xfs', 'xfs_db'] })('every bit of the last record of the log', async () => {
  const path = blankFile(folder, 'log.img', SIZE);
  run('mkfs.xfs', ['-q', '-d', 'agcount=4', path]);
  const block = /= (\d+)/.exec(run('xfs_db', ['-r', '-c', 'sb 0', '-c', 'p logstart', path]))?.[1];
  const log = Number(/\((\d+)\)/.exec(run('xfs_db', ['-r', '-c', `convert fsblock ${block} byte`, path]))?.[1]);
  const source = flipping(await openFile(path));
  const sound = await xfsAllocation(source, { leaveOutSwapFiles: true });
  const { same, other } = await readFlipped(source, xfsAllocation, bits(log, 1024, 3), sound, 4 * MIB);
  expect(same).toBeGreaterThan(0);
  expect(other.length).toBeGreaterThan(10);
  // A log that is not plainly clean has all of the volume taken.
  for (const [offset, bit] of other) {
    source.flip(offset, bit);
    expect(await xfsAllocation(source, { leaveOutSwapFiles: true })).toMatchObject({ conditions: ['journal'], used: [{ offset: 0, length: SIZE }] });
    source.flip(offset, bit);
  }
  await source.close();
});
