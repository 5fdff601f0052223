import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DEFAULT_NAME_TEMPLATE, stopSchema, type Compression, type Disk, type MemoryLevel } from '../../contract/index.ts';
import { invalid, type Context } from '../context.ts';
import { checkConsent } from '../job-checks.ts';
import { runPlan } from '../run-job.ts';
import { parseLimit, parseNumbers, parseSize } from '../sizes.ts';

export interface CaptureOptions {
  readonly partitions?: string;
  readonly exclude?: string;
  readonly compression?: Compression;
  readonly memory?: MemoryLevel;
  readonly limit?: string;
  readonly split?: string;
  readonly description?: string;
  readonly purpose?: string;
  readonly template?: string;
  readonly parent?: string;
  readonly library?: readonly string[];
  readonly resume?: boolean;
  readonly keepSwapFiles?: boolean;
  readonly allow?: readonly string[];
  readonly gptCopy?: 'primary' | 'backup';
  readonly overwrite?: boolean;
  readonly checks: boolean;
  readonly accept?: readonly string[];
  readonly report?: string;
}

/** `werkbank capture DISK IMAGE|FOLDER` */
export async function capture(context: Context, spec: string, place: string, options: CaptureOptions): Promise<number> {
  const unknown = options.allow?.find((code) => !stopSchema.shape.code.safeParse(code).success);
  if (unknown !== undefined) throw invalid(`--allow ${unknown}`);
  const { host, jobs } = await context.services();
  const disk = await host.disks.find(spec);
  const destination = await destinationOf(context, disk, place, options);
  const plan = await jobs.planCapture({
    disk: disk.id,
    partitions: chosenOf(disk, options),
    destination,
    parent: options.parent === undefined ? null : resolve(options.parent),
    folders: foldersOf(options.library, destination),
    compression: options.compression ?? 'balanced',
    memory: options.memory ?? 'medium',
    bytesPerSecond: parseLimit(options.limit),
    partBytes: options.split === undefined ? 0 : parseSize(options.split),
    description: options.description ?? '',
    purpose: options.purpose ?? '',
    resume: options.resume ?? false,
    overwrite: options.overwrite ?? false,
    leaveOutSwapFiles: !(options.keepSwapFiles ?? false),
    gptCopy: options.gptCopy ?? null,
  });
  const checks = checkConsent(options, { allow: options.allow ?? [], folders: foldersOf(options.library, destination), nameTemplate: options.template ?? DEFAULT_NAME_TEMPLATE });
  return runPlan(context, plan, { yes: false, reasons: options.allow ?? [] }, options.report, checks);
}

/** Where parents are looked for besides where they were last seen. */
export const foldersOf = (library: readonly string[] | undefined, image: string): string[] => [...new Set([dirname(image), ...(library ?? []).map((folder) => resolve(folder))])];

async function destinationOf(context: Context, disk: Disk, place: string, options: CaptureOptions): Promise<string> {
  const path = resolve(place);
  if (!(await isFolder(path))) return path;
  if (options.resume) throw invalid(`--resume ${place}`);
  return imageIn(context, path, disk.id, options);
}

export const isFolder = (path: string): Promise<boolean> => stat(path).then((stats) => stats.isDirectory(), () => false);

/** In a folder an image gets a name made from the template. @param disk `Disk.id` */
export async function imageIn(context: Context, folder: string, disk: string, { template, purpose }: Pick<CaptureOptions, 'template' | 'purpose'>): Promise<string> {
  const { jobs } = await context.services();
  return (await jobs.suggestName({ disk, folder, template: template ?? DEFAULT_NAME_TEMPLATE, purpose: purpose ?? '' })).path;
}

function chosenOf(disk: Disk, { partitions, exclude }: CaptureOptions): number[] | null {
  if (partitions !== undefined && exclude !== undefined) throw invalid('--partitions --exclude');
  if (partitions !== undefined) return parseNumbers(partitions);
  if (exclude === undefined) return null;
  const out = parseNumbers(exclude);
  const unknown = out.find((number) => !disk.partitions.some((partition) => partition.number === number));
  if (unknown !== undefined) throw invalid(`--exclude ${unknown}`);
  return disk.partitions.map(({ number }) => number).filter((number) => !out.includes(number));
}
