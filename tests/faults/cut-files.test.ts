import { cutFolders, powerCuts } from '../labs/power-cuts.ts';
import type { FileStep } from '../labs/file-steps.ts';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { built } from '../labs/built.ts';
import { writePackage } from '../engine/media/drivers/infs.ts';
import { folderForHoles } from '../labs/lab.ts';
import { testLab } from '../labs/test-lab.ts';
import { report, writePlan } from '../main/plans.ts';
import type * as CutEngine from './cut-engine.ts';

const engine = (await import(built('cut-engine'))) as typeof CutEngine;

const MIB = 1 << 20;

/** Something that is done to the files of a folder. */
interface Work {
  readonly name: string;
  /** What is there before. @param other a folder for what is read */
  prepare?(work: string, other: string): Promise<unknown>;
  act(work: string, other: string): Promise<unknown>;
  /** At any moment and in the end: what is there is whole. @returns what is there, for people */
  look(work: string, other: string): Promise<unknown>;
  /** What {@link look} may find, in the order in which it may come. */
  readonly stages: readonly unknown[];
  /** The stages in between may come in any order. */
  readonly unordered?: boolean;
  /** Before which steps of doing it again the power goes as well; none by default. */
  readonly twice?: (step: FileStep) => boolean;
  /** Before which steps the power goes; all by default. */
  wanted?(step: FileStep): boolean;
}

const files = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
const textOf = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null);
const tree = (...texts: readonly string[]): Parameters<typeof engine.captureTree>[0] => ({ label: '', entries: texts.map((text, i) => engine.memoryEntry(`${i}.txt`, Buffer.alloc(40_000, text))) });

/** The first file of every image in a WIM, after all of it was checked. */
async function wimTexts(path: string): Promise<string | null> {
  if (!existsSync(path)) return null;
  const wim = await engine.openWimFile(path).catch((error: { code: string }) => error.code);
  if (typeof wim === 'string') return wim;
  try {
    await engine.verifyWim(wim);
    const entries = engine.imageTree(wim, await engine.readImage(wim, 1)).entries;
    const texts = await Promise.all(entries.map(async (entry) => {
      const source = await entry.open();
      const bytes = Buffer.alloc(4);
      await source.readInto(0, bytes);
      await source.close();
      return bytes.toString();
    }));
    return texts.join(' ');
  } finally {
    await wim.close();
  }
}
const makeWim = (path: string, ...texts: readonly string[]): Promise<unknown> =>
  engine.makeFile(path, true, (output) => engine.captureTree(tree(...texts), output, { name: 'n', packing: 'none' }));

async function splitWim(work: string, other: string, ...texts: readonly string[]): Promise<void> {
  const whole = join(other, `${texts.join('')}.wim`);
  await makeWim(whole, ...texts);
  const wim = await engine.openWimFile(whole);
  await engine.splitToFiles(wim, join(work, 'a.swm'), 60_000, { overwrite: true });
  await wim.close();
}

async function drivers(other: string, version: string): Promise<Parameters<typeof engine.updateMedium>[1]> {
  const place = join(other, version);
  if (!existsSync(place)) writePackage(place, 'e2f.inf', { driverVer: `01/01/${version},1.0` });
  return [...(await engine.scanDrivers([place])).packages];
}

const job = (day: number): Parameters<ReturnType<typeof engine.openHistory>['add']>[0] =>
  ({ ...report(`00000000-0000-4000-8000-00000000000${day}`, writePlan('debian.img', '/dev/sdb'), 'done'), startedAt: `2026-01-0${day}T12:04:05.000Z` });

/** A terminal that nobody sees. */
const SILENT = {
  texts: () => '', language: 'en', say: () => undefined, emit: () => undefined,
  services: () => Promise.resolve({ jobs: engine.createJobService({} as never, { version: '0' }) }),
} as unknown as Parameters<typeof engine.saveReport>[0];

const DISK = Buffer.alloc(MIB, 'a disk ');

async function captured(work: string, other: string, partBytes: number): Promise<void> {
  const disk = join(other, 'disk.img');
  writeFileSync(disk, DISK);
  await engine.capture(disk, engine.mapOf(MIB, [{ offset: 0, length: MIB }]), join(work, 'old.qcow2'), { partBytes });
}

/** The images of a folder, each as it should be. */
async function imagesIn(work: string): Promise<string> {
  const [scan] = await engine.scanFolders([work], () => null);
  for (const { path, beside, manifestPath } of scan?.images ?? []) {
    const disk = await engine.openDiskImage(path);
    const bytes = Buffer.alloc(MIB);
    await disk.readInto(0, bytes);
    await disk.close();
    expect(bytes.equals(DISK)).toBe(true);
    await engine.readSums({ ...(await engine.readManifest(manifestPath)), image: beside });
  }
  return [...(scan?.images.map(({ path }) => path.slice(work.length + 1)) ?? []), ...(scan?.faulty.map(({ error }) => error.code) ?? [])].join();
}

const anywhere = (): boolean => true;
const ofNames = ({ kind }: FileStep): boolean => kind === 'rename' || kind === 'remove';

const WORKS: readonly Work[] = [
  ...['raw', 'zstd'].map((format): Work => ({
    name: `a disk is read, or an ISO made, over a file (${format})`,
    prepare: async (work) => writeFileSync(join(work, 'a.img'), 'old'),
    async act(work) {
      const made = await engine.createDestination(join(work, 'a.img'), format as 'raw', 4096, true);
      const bytes = Buffer.alloc(4096, 'new!');
      await made.take({ offset: 0, bytes, padded: bytes });
      await made.commit();
    },
    look: async (work) => (textOf(join(work, 'a.img')) === 'old' ? 'old' : format === 'raw' ? textOf(join(work, 'a.img'))?.length : 'new'),
    stages: ['old', format === 'raw' ? 4096 : 'new'],
  })),
  ...(['raw', 'vhd', 'vhdx', 'vmdk'] as const).map((format): Work => ({
    name: `an image is converted over another (${format})`,
    async prepare(work, other) {
      writeFileSync(join(other, 'disk.img'), DISK);
      writeFileSync(join(work, 'a.out'), 'old');
    },
    async act(work, other) {
      const source = await engine.openDiskImage(join(other, 'disk.img'));
      await engine.convertImage({ source, to: join(work, 'a.out'), format, overwrite: true, signal: new AbortController().signal, report: () => undefined });
      await source.close();
    },
    async look(work) {
      if (textOf(join(work, 'a.out')) === 'old') return 'old';
      const disk = await engine.openDiskImage(join(work, 'a.out'));
      const bytes = Buffer.alloc(MIB);
      await disk.readInto(0, bytes);
      await disk.close();
      return bytes.equals(DISK) ? 'new' : 'broken';
    },
    stages: ['old', 'new'],
    twice: ofNames,
  })),
  {
    name: 'a WIM is captured over another',
    prepare: (work) => makeWim(join(work, 'a.wim'), 'old '),
    act: (work) => makeWim(join(work, 'a.wim'), 'new ', 'more'),
    look: (work) => wimTexts(join(work, 'a.wim')),
    stages: ['old ', 'new  more'],
  },
  {
    name: 'a WIM is joined over another',
    async prepare(work, other) {
      await splitWim(other, other, 'new ', 'more');
      await makeWim(join(work, 'a.wim'), 'old ');
    },
    async act(work, other) {
      const wim = await engine.openWimFile(join(other, 'a.swm'));
      await engine.writeWholeFile(join(work, 'a.wim'), engine.planJoin(wim), { overwrite: true });
      await wim.close();
    },
    look: (work) => wimTexts(join(work, 'a.wim')),
    stages: ['old ', 'new  more'],
  },
  {
    name: 'a WIM is changed in place',
    prepare: (work) => makeWim(join(work, 'a.wim'), 'old ', 'gone'),
    async act(work) {
      const wim = await engine.openWimFile(join(work, 'a.wim'));
      const put = (path: string, text: string) => ({ kind: 'put', path, contents: engine.memoryEntry(path, Buffer.alloc(40_000, text)) } as const);
      const done = engine.imageTree(wim, await engine.readImage(wim, 1)).entries.some(({ path }) => path === '2.txt');
      if (!done) await engine.applyEdit(wim, await engine.planEdit(wim, { images: [{ index: 1, changes: [put('0.txt', 'new '), { kind: 'delete', path: '1.txt' }, put('2.txt', 'more')] }] }));
      await wim.close();
    },
    look: (work) => wimTexts(join(work, 'a.wim')),
    stages: ['old  gone', 'new  more'],
    twice: anywhere,
  },
  {
    name: 'images of a WIM are exported over another',
    async prepare(work, other) {
      await makeWim(join(work, 'a.wim'), 'old ');
      await makeWim(join(other, 'whole.wim'), 'new ', 'more');
    },
    async act(work, other) {
      const wim = await engine.openWimFile(join(other, 'whole.wim'));
      await engine.makeFile(join(work, 'a.wim'), true, (output) => engine.exportImages(wim, output, { packing: 'none', integrity: true }));
      await wim.close();
    },
    look: (work) => wimTexts(join(work, 'a.wim')),
    stages: ['old ', 'new  more'],
    twice: ofNames,
  },
  {
    name: 'a WIM is split',
    act: (work, other) => splitWim(work, other, 'new ', 'more', 'last'),
    look: (work) => wimTexts(join(work, 'a.swm')),
    stages: [null, 'new  more last'],
  },
  {
    name: 'a WIM is split over one in more parts',
    prepare: (work, other) => splitWim(work, other, 'old1', 'old2', 'old3', 'old4'),
    act: (work, other) => splitWim(work, other, 'new ', 'more'),
    look: (work) => wimTexts(join(work, 'a.swm')),
    // What is left of the old set says itself what it lacks.
    stages: ['old1 old2 old3 old4', 'image-part-missing', null, 'new  more'],
    twice: ofNames,
  },
  {
    name: 'files are extracted over others',
    prepare: async (work) => writeFileSync(join(work, '0.txt'), Buffer.alloc(40_000, 'old ')),
    act: (work) => engine.extractTree(tree('new ', 'more'), work, { overwrite: true }),
    look: async (work) => ['0.txt', '1.txt'].map((name) => { const text = textOf(join(work, name)); return text && `${text.slice(0, 4)}${text.length}`; }).join(),
    stages: ['old 40000,', 'new 40000,', 'old 40000,more40000', 'new 40000,more40000'],
    unordered: true,
  },
  {
    name: 'the drivers of a medium are brought up to date',
    prepare: async (work, other) => engine.updateMedium(work, await drivers(other, '2024')),
    act: async (work, other) => engine.updateMedium(work, await drivers(other, '2025')),
    async look(work) {
      const listed = await engine.driversOnMedium(work);
      for (const { folder, infName } of listed) expect(files(join(work, '$WinPEDriver$', folder))).toEqual(['driver.cat', 'driver.sys', infName]);
      for (const path of files(work).filter((each) => each.endsWith('.inf'))) {
        if (!path.includes('.partial')) expect(files(join(work, path, '..'))).toHaveLength(3);
      }
      return listed.map(({ date }) => date).join();
    },
    stages: ['2024-01-01', '2025-01-01'],
    twice: anywhere,
  },
  {
    name: 'a report is kept in the history',
    prepare: (work) => engine.openHistory(work).add(job(1)),
    act: (work) => engine.openHistory(work).add(job(2), 'a  list\n'),
    async look(work) {
      const history = engine.openHistory(work);
      const { entries, faulty } = await history.list();
      expect(faulty).toEqual([]);
      return Promise.all(entries.map(({ id }) => history.sums(id)));
    },
    stages: [[null], ['a  list\n', null]],
  },
  {
    name: 'a report is saved over another',
    prepare: (work) => engine.saveReport(SILENT, job(1), 'old', join(work, 'a.json')),
    act: (work) => engine.saveReport(SILENT, job(2), 'new', join(work, 'a.json')),
    look: (work) => Promise.resolve(['a.json', 'a.files.sha256'].map((name) => (name.endsWith('json') ? (JSON.parse(readFileSync(join(work, name), 'utf8')) as { jobId: string }).jobId.at(-1) : textOf(join(work, name))))),
    stages: [['1', 'old'], ['2', 'old'], ['2', 'new']],
  },
  {
    name: 'an answer file is made over another',
    prepare: (work) => engine.replaceFile(join(work, 'a.xml'), 'old'),
    async act(work, other) {
      writeFileSync(join(other, 'options.json'), '{ "computerName": "BENCH" }');
      await engine.answerFile(SILENT, join(other, 'options.json'), join(work, 'a.xml'), { overwrite: true });
    },
    look: (work) => Promise.resolve(textOf(join(work, 'a.xml'))?.replace(/^[^]*<ComputerName>(.*)<[^]*<\/unattend>\s*$/, '$1')),
    stages: ['old', 'BENCH'],
  },
  {
    name: 'the settings are kept',
    prepare: async (work) => (await engine.openSettings(join(work, 'settings.json'))).set({ theme: 'dark' }),
    act: async (work) => (await engine.openSettings(join(work, 'settings.json'))).set({ theme: 'light' }),
    look: async (work) => (await engine.openSettings(join(work, 'settings.json'))).get().theme,
    stages: ['dark', 'light'],
  },
  {
    name: 'a practice disk is made',
    act: (work) => engine.createPractice(work, { name: 'one', size: MIB, sample: true }).catch((error: { code: string }) => expect(error.code).toBe('destination-exists')),
    look: async (work) => (await engine.listPractice(work)).map(({ size }) => size > 8 * MIB),
    stages: [[], [true]],
    twice: ofNames,
    wanted: ({ kind }) => kind !== 'write',
  },
  ...[0, MIB / 2].map((partBytes): Work => ({
    name: `an image is renamed (pieces of ${partBytes})`,
    prepare: (work, other) => captured(work, other, partBytes),
    async act(work) {
      const [scan] = await engine.scanFolders([work], () => null);
      await engine.renameImage(scan!.images[0]!.path, 'new');
    },
    look: imagesIn,
    stages: ['old.qcow2', 'new.qcow2'],
    twice: ofNames,
  })),
  ...[0, MIB / 2].map((partBytes): Work => ({
    name: `an image is deleted (pieces of ${partBytes})`,
    prepare: (work, other) => captured(work, other, partBytes),
    async act(work) {
      const [scan] = await engine.scanFolders([work], () => null);
      for (const path of [...(scan?.images.map((each) => each.path) ?? []), ...(scan?.faulty.map((each) => each.path) ?? [])]) await engine.discardImage(path, []);
    },
    look: imagesIn,
    stages: ['old.qcow2', 'image-manifest-missing', ''],
    twice: ofNames,
  })),
];

test.for(WORKS)('cut off anywhere, what is there is whole, and doing it again ends it: $name', async ({ prepare, act, look, stages, unordered = false, twice, wanted }) => {
  const lab = await testLab(await folderForHoles());
  const { work, keep } = cutFolders(lab.folder);
  await prepare?.(work, keep);
  const { cuts, careless } = await powerCuts(work, keep, () => act(work, keep), wanted);
  const after = files(work);
  expect(careless).toEqual([]);
  expect(await look(work, keep)).toEqual(stages.at(-1));
  let stage = 0;
  for (const { at, restore } of cuts) {
    restore();
    const found = await look(work, keep);
    const anyOf = unordered || at.endsWith('was lost');
    while (!anyOf && stage < stages.length - 1 && JSON.stringify(stages[stage]) !== JSON.stringify(found)) stage++;
    expect(anyOf ? stages : [stages[stage]], at).toContainEqual(found);
    const again = twice ? await powerCuts(work, keep, () => act(work, keep), twice) : await act(work, keep).then(() => ({ cuts: [] }));
    const ends = async (how: string): Promise<void> => {
      expect(await look(work, keep), how).toEqual(stages.at(-1));
      expect(files(work), how).toEqual(after);
    };
    await ends(`${at}, done again`);
    for (const second of again.cuts) {
      second.restore();
      expect(stages, `${at}, then ${second.at}`).toContainEqual(await look(work, keep));
      await act(work, keep);
      await ends(`${at}, then ${second.at}, done again`);
    }
  }
});
