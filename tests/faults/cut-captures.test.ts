import { cutFolders, powerCuts, type PowerCut } from '../labs/power-cuts.ts';
import type { FileStep } from '../labs/file-steps.ts';
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { built } from '../labs/built.ts';
import { folderForHoles } from '../labs/lab.ts';
import { testLab } from '../labs/test-lab.ts';
import type * as CutEngine from './cut-engine.ts';

const { capture, discardUnfinished, manifestPath, mapOf, openDiskImage, readManifest, readSums, scanFolders } = (await import(built('cut-engine'))) as typeof CutEngine;

const MIB = 1 << 20;
const SIZE = MIB;
const MAP = mapOf(SIZE, [{ offset: 0, length: SIZE }]);
/** Three pieces. */
const PART_BYTES = MIB / 2;

type More = NonNullable<Parameters<typeof capture>[3]>;
type Parent = NonNullable<More['parent']>;

/** A capture in a folder where something is already. */
interface Case {
  readonly image: string;
  /** What the images that are there hold, and what the new one will. */
  readonly contents: readonly Buffer[];
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly all: { readonly cuts: readonly PowerCut[]; readonly careless: readonly string[] };
  readonly keep: string;
  readonly work: string;
  again(more?: More): Promise<unknown>;
}

/**
 * @param old what is to be replaced: captured so, or made by another program
 * @param everywhere or only where the names are given
 */
async function cutCapture(old: More | 'foreign' | null, more: More, onParent: boolean, everywhere: boolean): Promise<Case> {
  const lab = await testLab(await folderForHoles());
  const { work, keep } = cutFolders(lab.folder);
  const image = join(work, 'a.qcow2');
  const contents = ['base', 'old', 'new'].map((text) => Buffer.alloc(SIZE, `${text} contents `));
  const disks = contents.map((bytes, index) => {
    const path = join(lab.folder, `disk-${index}.img`);
    writeFileSync(path, bytes);
    return path;
  });
  if (old === 'foreign') writeFileSync(image, 'made by another program');
  else if (old) await capture(disks[1]!, MAP, image, old);
  let parent: Parent | null = null;
  if (onParent) {
    const base = join(work, 'base.qcow2');
    await capture(disks[0]!, MAP, base);
    const found = await readManifest(manifestPath(base));
    parent = { found, sums: await readSums(found) };
  }
  const before = readdirSync(work).sort();
  const again = (extra: More = {}): Promise<unknown> => capture(disks[2]!, MAP, image, { overwrite: old !== null, parent, ...more, ...extra });
  const all = await powerCuts(work, keep, () => again(), everywhere ? undefined : fromFirstName());
  return { image, contents, before, after: readdirSync(work).sort(), all, keep, work, again };
}

/** The steps in which names are given. */
function fromFirstName(): (step: FileStep) => boolean {
  let begun = false;
  return ({ kind }) => (begun ||= kind === 'rename');
}

const files = (folder: string): string[] => readdirSync(folder).sort();

/** What is listed is there, whole; and what was begun is whole or known to be unfinished. */
async function expectHonest({ work, image, contents, before }: Case, at: string): Promise<void> {
  const [scan] = await scanFolders([work], () => null);
  const { images = [], unfinished = [], faulty = [] } = scan ?? {};
  for (const { path, error } of faulty) expect([path, error.code, unfinished.includes(image)], at).toEqual([expect.stringContaining('a.qcow2'), 'image-manifest-missing', true]);
  for (const { path } of images) {
    const disk = await openDiskImage(path);
    const bytes = Buffer.alloc(SIZE);
    await disk.readInto(0, bytes);
    await disk.close();
    expect(contents.some((each) => each.equals(bytes)), `${at}: ${path} is whole`).toBe(true);
  }
  const there = images.some(({ path }) => path === image) || unfinished.includes(image);
  expect(there || files(work).join() === before.join(), `${at}: ${files(work).join(' ')}`).toBe(true);
}

/** What is thrown away, also in two goes, leaves what was there before, or the new image when that was whole. */
async function expectDiscarded(each: Case, at: string): Promise<void> {
  await expectHonest(each, at);
  await discardUnfinished(each.image);
  expect([each.before, each.after].map(String), `${at}: thrown away`).toContain(String(files(each.work)));
  await expectHonest(each, `${at}: thrown away`);
}

/** Going on bears another power cut as well, while names are given. */
async function expectGoesOn(each: Case, restore: () => void, at: string): Promise<void> {
  const { cuts } = await powerCuts(each.work, each.keep, () => each.again({ resume: true }), fromFirstName());
  for (const second of cuts.filter((cut) => cut.at !== 'the end')) {
    const both = `${at}, gone on with and cut off again at ${second.at}`;
    second.restore();
    await expectHonest(each, both);
    await each.again({ resume: true });
    expect(files(each.work), both).toEqual(each.after);
    second.restore();
    await expectDiscarded(each, both);
  }
  restore();
  await each.again({ resume: true });
}

const CASES: readonly [name: string, old: More | 'foreign' | null, more: More, onParent?: boolean][] = [
  ['a new image', null, {}],
  ['one in pieces', null, { partBytes: PART_BYTES }],
  ['one on a parent', null, {}, true],
  ['one over another', {}, {}],
  ['one in pieces over a whole one', {}, { partBytes: PART_BYTES }],
  ['a whole one over one in pieces', { partBytes: PART_BYTES }, {}],
  ['one in larger pieces over one in small ones', { partBytes: PART_BYTES * 0.75 }, { partBytes: PART_BYTES }],
  ["one over another program's", 'foreign', {}],
];

test.for(CASES)('a capture that is cut off anywhere can go on, be thrown away or be made anew: %s', async ([name, old, more, onParent = false]) => {
  const each = await cutCapture(old, more, onParent, name === CASES[0]?.[0]);
  expect(each.all.careless).toEqual([]);
  for (const { at, restore } of each.all.cuts) {
    restore();
    await expectHonest(each, at);
    if (at === 'the end' && old === null) await expect(each.again({ resume: true })).rejects.toMatchObject({ code: 'destination-exists' });
    else if (at.includes('rename')) await expectGoesOn(each, restore, at);
    else await each.again({ resume: true });
    expect(files(each.work), `${at}: gone on with`).toEqual(each.after);
    await expectHonest(each, `${at}: gone on with`);

    restore();
    if (!/rename|remove/.test(at)) {
      await expectDiscarded(each, at);
      continue;
    }
    const { cuts } = await powerCuts(each.work, each.keep, () => expectDiscarded(each, at));
    for (const second of cuts) {
      second.restore();
      await expectDiscarded(each, `${at}, thrown away and cut off again at ${second.at}`);
    }
    restore();
    await each.again({ overwrite: true });
    expect(files(each.work), `${at}: made anew`).toEqual(each.after);
  }
});

test('a process that is killed before each name that it gives or takes leaves what the other tests try', async () => {
  const lab = await testLab(await folderForHoles());
  const { work } = cutFolders(lab.folder);
  const disk = join(lab.folder, 'disk.img');
  writeFileSync(disk, Buffer.alloc(SIZE, 'contents '));
  const image = join(work, 'a.qcow2');
  const killedAt = (step: number): NodeJS.Signals | null => {
    const args = ['--import', join(import.meta.dirname, '../labs/cut-at-step.ts'), built('imaging-child'), disk, String(SIZE), image, String(1000 * MIB)];
    return spawnSync(process.execPath, args, { env: { ...process.env, WERKBANK_CUT_AT: String(step), WERKBANK_CUT_FOLDER: work } }).signal;
  };
  const left: string[] = [];
  for (let step = 0; killedAt(step) === 'SIGKILL'; step++) {
    left.push(files(work).map((name) => name.slice('a.qcow2'.length)).join(' '));
    await discardUnfinished(image);
    for (const name of files(work)) rmSync(join(work, name));
  }
  // The journal, the data (begun by a thread, sooner or later), the hashes, the manifest, then the names.
  expect(left.filter((names, index) => names !== left[index - 1] && names !== '.journal')).toEqual([
    '', '.journal .partial', '.journal .partial .sums.partial', '.journal .json.partial .partial .sums.partial',
    ' .journal .json.partial .sums.partial', ' .journal .json.partial .sums', ' .journal .json .sums',
  ]);
  expect(files(work)).toEqual(['a.qcow2', 'a.qcow2.json', 'a.qcow2.sums']);
});
