import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { race, shell, table, type Goal } from '../support/measure.ts';
import type { MediaBench } from './run.ts';
import { installWim } from './windows-files.ts';

/** Ours reaches at least 0.9 times wimlib's speed. */
const AT_MOST = 1 / 0.9;
const WIM_SCRIPT = join(import.meta.dirname, 'wim.ts');
const PART_MIB = 4000;

/** A WIM of 5 GiB, stored, into parts that FAT32 can hold: until the parts are on stable storage. */
export async function split({ rounds, folder, report }: MediaBench): Promise<void> {
  const wim = installWim(folder);
  const out = join(folder, 'media-split');
  const parts = (command: string): string => `rm -rf ${out} && mkdir ${out} && ${command} && sync ${out}/*.swm`;
  const goals: Goal[] = [{ ours: 'werkbank split', peer: 'wimlib-imagex split', atMost: AT_MOST }];
  const contestants = [
    shell('werkbank split', parts(`${process.execPath} ${WIM_SCRIPT} split ${wim} ${out}/a.swm ${PART_MIB * 2 ** 20}`)),
    shell('wimlib-imagex split', parts(`wimlib-imagex split ${wim} ${out}/a.swm ${PART_MIB}`)),
  ];
  const measured = await race(contestants, rounds, [wim], contestants.slice(0, 1));
  report('split', table(measured, goals), { rounds, measured, goals });
  rmSync(out, { recursive: true });
}
