import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { race, shell, table, type Goal } from '../support/measure.ts';
import type { MediaBench } from './run.ts';
import { windowsIso } from './windows-files.ts';

/** The SHA-256 of every file of a disc of 5 GiB, at the speed of the device it lies on: a loop device with direct I/O. */
export async function verify({ rounds, folder, report }: MediaBench): Promise<void> {
  const iso = await windowsIso(folder);
  const loop = execFileSync('losetup', ['--find', '--show', '--read-only', '--direct-io=on', iso], { encoding: 'utf8' }).trim();
  const contestants = [
    { name: 'every file of the disc, SHA-256', program: process.execPath, args: [join(import.meta.dirname, 'hash-disc.ts'), loop] },
    shell('dd iflag=direct, nothing else', `dd if=${loop} of=/dev/null bs=4M iflag=direct status=none`),
    shell('dd iflag=direct | sha256sum', `dd if=${loop} bs=4M iflag=direct status=none | sha256sum`),
  ];
  const [ours = '', dd = '', sum = ''] = contestants.map(({ name }) => name);
  const goals: Goal[] = [{ ours, peer: dd, atMost: 1.1 }, { ours, peer: sum, atMost: 1 }];
  try {
    const measured = await race(contestants, rounds, [iso, loop], contestants.slice(0, 1));
    report('verify', table(measured, goals), { rounds, measured, goals });
  } finally {
    execFileSync('losetup', ['-d', loop]);
  }
}
