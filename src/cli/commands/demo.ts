import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError, intersect, manifestPath, openDiskImage, readBytes, readManifest, readSums } from '../../../native-free-engine/index.ts';
import { DEFAULT_NAME_TEMPLATE, type CaptureRequest, type Disk, type Plan, type Report } from '../../contract/index.ts';
import { endWell, type Context } from '../context.ts';
import { disksTable } from '../disk-text.ts';
import { errorOfReport } from '../exit-codes.ts';
import { imageLine, planLines, writtenDisks } from '../plan-text.ts';
import { saveReport, watchJob } from '../run-job.ts';

export interface DemoOptions {
  readonly keep?: boolean;
}

const SAMPLE = fileURLToPath(new URL('../../../resources/practice/practice-disk.img.gz', import.meta.url));
const copyIn = (folder: string): string => join(folder, 'read-back.img');
const imagesIn = (folder: string): string => join(folder, 'images');
/** Twice the sample's size, so that there is room beyond the image. */
const DISK_SIZE = 128 * 1024 * 1024;
const LARGER_SIZE = 192 * 1024 * 1024;

/** `werkbank demo`: the main jobs from beginning to end on practice disks, with no hardware, rights or display. */
export async function demo(outer: Context, options: DemoOptions): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'werkbank-demo-'));
  const disksFolder = join(folder, 'disks');
  const services = await outer.servicesIn(disksFolder);
  const context: Context = { ...outer, services: () => Promise.resolve(services) };
  try {
    const report = await play(context, folder);
    const reportFile = join(folder, context.texts('cli:demo.reportFile'));
    heading(context, 'ended');
    await saveReport(context, report, null, reportFile);
    context.say(context.texts('cli:demo.untouched', { folder }), 'green');
    return endWell(context);
  } finally {
    if (!options.keep) await Promise.all([disksFolder, imagesIn(folder), copyIn(folder)].map((path) => rm(path, { recursive: true, force: true })));
  }
}

async function play(context: Context, folder: string): Promise<Report> {
  const { jobs } = await context.services();
  const { texts } = context;

  heading(context, 'image');
  const image = await jobs.inspect(SAMPLE);
  context.say(`${image.name}: ${imageLine(context, image)}`);

  heading(context, 'disks');
  const first = await jobs.practiceCreate({ name: 'bench-1', size: DISK_SIZE, sample: true });
  const second = await jobs.practiceCreate({ name: 'bench-2', size: DISK_SIZE, sample: false });
  const larger = await jobs.practiceCreate({ name: 'bench-3', size: LARGER_SIZE, sample: false });
  for (const line of disksTable(context, (await jobs.disks()).filter((disk) => disk.practice))) context.say(line);

  const captured = await capture(context, first, folder);
  await restoreAndCompare(context, captured, larger, folder);

  heading(context, 'write');
  const plan = await jobs.planWrite({ location: SAMPLE, disks: [first.id, second.id], verify: true, eject: false, checksum: '', allowSystemDisk: false });
  const report = await runStep(context, plan);

  heading(context, 'read');
  const copy = copyIn(folder);
  await runStep(context, await jobs.planRead({ disk: first.id, destination: copy, format: 'raw', overwrite: false }));
  await compare(context, copy, report);

  heading(context, 'format');
  await runStep(context, await jobs.planFormat({ disk: second.id, fileSystem: 'fat32', label: 'WERKBANK', eject: false, allowSystemDisk: false }));
  for (const line of disksTable(context, (await jobs.disks()).filter((disk) => disk.practice))) context.say(line);
  context.say(texts('cli:demo.usable'));
  return report;
}

/** Images a disk and verifies the image. @returns the image */
async function capture(context: Context, disk: Disk, folder: string): Promise<string> {
  const { jobs } = await context.services();
  heading(context, 'capture');
  const images = imagesIn(folder);
  await mkdir(images);
  const { path } = await jobs.suggestName({ disk: disk.id, folder: images, template: DEFAULT_NAME_TEMPLATE, purpose: 'demo' });
  await runStep(context, await jobs.planCapture(captureRequest(disk, path)));

  heading(context, 'verify');
  await runStep(context, await jobs.planVerify({ image: path, folders: [], share: 1, memory: 'low' }));
  return path;
}

const captureRequest = (disk: Disk, destination: string): CaptureRequest => ({
  disk: disk.id, partitions: null, destination, parent: null, folders: [], compression: 'balanced', memory: 'low', bytesPerSecond: 0, partBytes: 0, description: '', purpose: 'demo',
  resume: false, overwrite: false, leaveOutSwapFiles: true, gptCopy: null,
});

/** Restores an image to a larger disk, and images that disk in turn: every partition must hold what the first image holds. */
async function restoreAndCompare(context: Context, image: string, disk: Disk, folder: string): Promise<void> {
  const { jobs } = await context.services();
  heading(context, 'restore');
  await runStep(context, await jobs.planRestore({
    image, folders: [], disks: [disk.id], partitions: null, grow: false, newIdentifiers: false, rest: 'keep', verify: true, memory: 'low', bytesPerSecond: 0, resume: false,
    allowSystemDisk: false,
  }));

  heading(context, 'compare');
  const again = join(imagesIn(folder), 'restored.qcow2');
  await runStep(context, await jobs.planCapture(captureRequest(disk, again)));
  const [before, after] = await Promise.all([image, again].map((path) => partitionHashes(path)));
  if (!before || !after || before.size === 0) throw new EngineError('unexpected', { detail: 'nothing to compare' });
  for (const [number, hash] of before) {
    const found = after.get(number) ?? '';
    if (found !== hash) throw new EngineError('checksum-mismatch', { algorithm: 'SHA-256', expected: hash, actual: found });
    context.say(context.texts('cli:demo.samePartition', { number, hex: hash }));
  }
}

/** SHA-256 of the used bytes of each partition in an image, by number. */
async function partitionHashes(path: string): Promise<Map<number, string>> {
  const found = await readManifest(manifestPath(path));
  const { used } = await readSums(found);
  const image = await openDiskImage(path);
  try {
    const hashes = new Map<number, string>();
    for (const { number, offset, length } of found.manifest.layout.partitions) {
      const hash = createHash('sha256');
      for (const extent of intersect(used, [{ offset, length }])) hash.update(await readBytes(image, extent.offset, extent.length));
      hashes.set(number, hash.digest('hex'));
    }
    return hashes;
  } finally {
    await image.close();
  }
}

/** One job as a user would see it; a demo stops at the first thing that goes wrong. */
async function runStep(context: Context, plan: Plan): Promise<Report> {
  const { reportText } = await import('../../jobs/report-text.ts');
  context.emit({ event: 'plan', plan });
  for (const line of planLines(context, plan)) context.say(line);
  const agreed = writtenDisks(plan).map((disk) => [disk.identity.id, disk.confirm.map((reason) => reason.code)] as const);
  const report = await watchJob(context, plan, Object.fromEntries(agreed));
  context.emit({ event: 'report', report });
  for (const line of reportText(report, context.language).split('\n')) context.say(line);
  const error = errorOfReport(report);
  if (error) throw new EngineError('unexpected', { detail: `${error.code} ${error.detail}` });
  return report;
}

/** The copy read from the disk must begin with exactly the image that was written to it. */
async function compare(context: Context, copy: string, report: Report): Promise<void> {
  const written = report.checksums.find((checksum) => checksum.algorithm === 'sha256')?.hex ?? '';
  const length = report.targets[0] ? report.targets[0].bytesVerified : 0;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(copy, { end: length - 1 })) hash.update(chunk as Buffer);
  const found = hash.digest('hex');
  if (found !== written) throw new EngineError('checksum-mismatch', { algorithm: 'SHA-256', expected: written, actual: found });
  context.say(context.texts('cli:demo.same', { hex: found }));
}

function heading(context: Context, step: string): void {
  context.say('');
  context.say(context.texts(`cli:demo.${step}`), 'bold');
}
