import { cutFolders, powerCuts, type PowerCut } from '../labs/power-cuts.ts';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { run } from '../engine/lab.ts';
import { built } from '../labs/built.ts';
import { folderForHoles } from '../labs/lab.ts';
import { testLab } from '../labs/test-lab.ts';
import { need } from '../support/need.ts';
import { seeded } from '../support/seeded.ts';
import type * as CutEngine from './cut-engine.ts';

const engine = (await import(built('cut-engine'))) as typeof CutEngine;

const MIB = 1 << 20;
/** A GPT and two partitions. */
const SIZE = 4 * MIB;
const TABLE = 'label: gpt\nstart=2048, size=1024\nstart=4096, size=2048\n';

interface Case {
  readonly name: string;
  readonly targetSize: number;
  readonly more: Partial<Parameters<typeof engine.planRestore>[0]>;
}

const CASES: readonly Case[] = [
  { name: 'a disk of the same size', targetSize: SIZE, more: {} },
  { name: 'a smaller disk, with new identifiers', targetSize: SIZE - MIB / 2, more: { newIdentifiers: true } },
  { name: 'a larger disk, the last partition growing', targetSize: SIZE + 2 * MIB, more: { grow: true } },
  { name: 'one partition, into a table that is there', targetSize: SIZE + 2 * MIB, more: { selected: [2], into: { offset: 2 * MIB, length: 3 * MIB } } },
];

const withTool = need({ tools: ['sfdisk'] });
for (const [index, { name, targetSize, more }] of CASES.entries()) withTool(`a restore that is cut off anywhere, and again while it goes on, is as it was, says of what it is unfinished and goes on, or is whole: ${name}`, async () => {
  const lab = await testLab(await folderForHoles());
  const { work, keep } = cutFolders(lab.folder);
  const [disk, target, whole] = [join(keep, 'disk.img'), join(work, 'target.img'), join(keep, 'whole.img')];
  writeFileSync(disk, Buffer.from(seeded(5).bytes(SIZE)));
  run('sfdisk', ['-q', '--wipe', 'always', disk], TABLE);
  const of = await engine.captured(disk, join(keep, 'a.qcow2'));
  const layout = await engine.planFor(of, disk, engine.addressOf(target, targetSize), more);
  const restoreTo = async (path: string, resume: boolean): Promise<unknown> =>
    (await engine.restore(of, [{ address: engine.addressOf(path, targetSize), layout }], { resume })).targets[0]?.error ?? null;
  const markerOf = async (): ReturnType<typeof engine.readMarker> => {
    const source = await engine.openFileSource(target);
    try {
      return await engine.readMarker(source, layout.region.offset);
    } finally {
      await source.close();
    }
  };

  const old = Buffer.alloc(targetSize, 0xa5);
  writeFileSync(target, old);
  copyFileSync(target, whole);
  expect(await restoreTo(whole, false)).toBeNull();
  const restored = readFileSync(whole);
  const { offset, length } = layout.region;

  /** @returns whether it has to be gone on with */
  const expectHonest = async (at: string): Promise<boolean> => {
    const now = readFileSync(target);
    expect(now.subarray(0, offset).equals(old.subarray(0, offset)) && now.subarray(offset + length).equals(old.subarray(offset + length)), `${at}: nothing outside`).toBe(true);
    const unfinished = await markerOf();
    if (!unfinished) expect(now.equals(old) || now.equals(restored), `${at}: neither as it was nor whole, and does not say so`).toBe(true);
    else expect(unfinished.marker, at).toMatchObject({ imageId: of.id });
    return unfinished !== null;
  };
  const expectEnded = async (resume: boolean, at: string): Promise<void> => {
    expect(await restoreTo(target, resume), at).toBeNull();
    expect(readFileSync(target).equals(restored), `${at}, done again`).toBe(true);
    expect(await markerOf(), `${at}, done again`).toBeNull();
  };

  const { cuts } = await powerCuts(work, keep, () => restoreTo(target, false));
  expect(cuts.length).toBeGreaterThan(8);
  for (const [number, { at, restore }] of cuts.entries()) {
    restore();
    const unfinished = await expectHonest(at);
    // Where what goes on is cut off as well: each case takes its share of the first cuts.
    if (!unfinished || number % (2 * CASES.length) !== index) {
      await expectEnded(unfinished, at);
      continue;
    }
    const again: readonly PowerCut[] = (await powerCuts(work, keep, () => expectEnded(true, at))).cuts;
    for (const second of again) {
      second.restore();
      const both = `${at}, gone on with and cut off again at ${second.at}`;
      const resume = await expectHonest(both);
      await expectEnded(resume, both);
    }
  }
});
