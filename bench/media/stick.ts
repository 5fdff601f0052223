import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { race, shell, table, type Contestant } from '../support/measure.ts';
import type { MediaBench } from './run.ts';
import { filesOf, stickTree, windowsIso } from './windows-files.ts';

const MIB = 1024 ** 2;
const STICK_MIB = 7 * 1024;
const AT_MOST = 1.15;

/**
 * A Windows disc of 5 GiB onto a stick, its WIM split on the way, against mtools with the same tree split beforehand. The
 * stick is a loop device with direct I/O: like a real one it has no second page cache behind it.
 */
export async function stick({ rounds, folder, report }: MediaBench): Promise<void> {
  const iso = await windowsIso(folder);
  const tree = await stickTree(folder);
  const backing = join(folder, 'media-stick.img');
  execFileSync('fallocate', ['-l', String(STICK_MIB * MIB), backing]);
  const loop = execFileSync('losetup', ['--find', '--show', '--direct-io=on', backing], { encoding: 'utf8' }).trim();
  const ours = (name: string, ...args: string[]): Contestant => ({
    name, program: process.execPath, args: [join(import.meta.dirname, '../../src/cli/main.ts'), 'media', 'windows', iso, '--to', loop, '--yes', '--no-eject', ...args],
  });
  const partition = `${loop}@@1M`;
  const contestants = [
    ours('werkbank media windows, split on the way', '--no-verify'),
    shell('mformat, mcopy of the split tree, sync', `mformat -i ${partition} -T ${(STICK_MIB - 2) * 2048} -c 8 -F -v WINUSB :: && cd ${tree} && mcopy -s -Q -o -i ${partition} * ::/ && sync ${loop}`),
    ours('werkbank media windows + every file read back'),
  ];
  const goals = [{ ours: contestants[0]!.name, peer: contestants[1]!.name, atMost: AT_MOST }];
  try {
    const measured = await race(contestants, rounds, [iso, backing, loop, ...filesOf(tree)], contestants.slice(0, 1));
    report('stick', table(measured, goals), { rounds, measured, goals });
  } finally {
    execFileSync('losetup', ['-d', loop]);
    rmSync(backing);
  }
}
