import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { race, shell, table, type Goal } from '../support/measure.ts';
import type { MediaBench } from './run.ts';

/** Ours reaches at least 0.9 times wimlib's speed. */
const AT_MOST = 1 / 0.9;
const WIM_SCRIPT = join(import.meta.dirname, 'wim.ts');
const FILES = 64;
const FILE_BYTES = 32 << 20;
const PART_MIB = 1000;

/** A WIM of 2 GiB of noise, stored, into parts of 1000 MiB: until the parts are on stable storage. */
export async function split({ rounds, folder, report }: MediaBench): Promise<void> {
  const wim = join(folder, 'media-split.wim');
  const [mine, theirs] = ['ours', 'theirs'].map((name) => join(folder, `media-split-${name}`)) as [string, string];
  if (!existsSync(wim)) makeNoise(folder, wim);
  const parts = (out: string, command: string): string => `rm -rf ${out} && mkdir ${out} && ${command} && sync ${out}/*.swm`;
  const goals: Goal[] = [{ ours: 'werkbank split', peer: 'wimlib-imagex split', atMost: AT_MOST }];
  const measured = await race([
    shell('werkbank split', parts(mine, `${process.execPath} ${WIM_SCRIPT} split ${wim} ${mine}/a.swm ${PART_MIB * 2 ** 20}`)),
    shell('wimlib-imagex split', parts(theirs, `wimlib-imagex split ${wim} ${theirs}/a.swm ${PART_MIB}`)),
  ], rounds, [wim]);
  report('split', table(measured, goals), { rounds, measured, goals });
  for (const path of [mine, theirs]) rmSync(path, { recursive: true });
}

function makeNoise(folder: string, wim: string): void {
  const tree = join(folder, 'media-noise');
  mkdirSync(tree, { recursive: true });
  const noise = Buffer.alloc(1 << 20);
  for (let i = 0; i < FILES; i++) {
    const file = join(tree, String(i));
    writeFileSync(file, '');
    for (let done = 0; done < FILE_BYTES; done += noise.length) appendFileSync(file, randomFillSync(noise));
  }
  execFileSync('wimlib-imagex', ['capture', tree, wim, '--compress=none'], { stdio: 'ignore' });
  rmSync(tree, { recursive: true });
}
