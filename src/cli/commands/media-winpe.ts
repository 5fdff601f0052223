import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { StickFirmware, WinpeRequest } from '../../contract/index.ts';
import { invalid, type Context } from '../context.ts';
import { checkConsent } from '../job-checks.ts';
import { runPlan } from '../run-job.ts';
import type { DriverListOptions } from './drivers.ts';
import { locationOf, type WriteOptions } from './write.ts';

export interface MediaWinpeOptions extends Omit<WriteOptions, 'checksum' | 'to'>, Pick<DriverListOptions, 'kind' | 'hardwareId' | 'thisMachine'> {
  readonly to?: readonly string[];
  readonly iso?: string;
  readonly hybrid?: boolean;
  readonly overwrite?: boolean;
  readonly firmware?: StickFirmware;
  readonly label?: string;
  readonly drivers?: readonly string[];
  readonly driversInImage?: boolean;
  readonly command?: readonly string[];
  readonly keyboard?: string;
  readonly region?: string;
  readonly language?: string;
  readonly systemLocale?: string;
  readonly timeZone?: string;
  readonly extra?: string;
  readonly tools?: string;
  readonly newLoaders?: boolean;
  readonly scratch?: string;
}

/** `werkbank media winpe SOURCE --to DISK... | --iso FILE` */
export async function mediaWinpe(context: Context, source: string, options: MediaWinpeOptions): Promise<number> {
  const { host, jobs } = await context.services();
  const { to = [], iso, scratch } = options;
  if ((to.length === 0) === (iso === undefined)) throw invalid('--to, --iso');
  if (options.thisMachine && options.hardwareId) throw invalid('--this-machine --hardware-id');
  if (scratch !== undefined && !/^\d{1,6}$/.test(scratch)) throw invalid(`--scratch ${scratch}`);
  const disks: string[] = [];
  for (const spec of to) disks.push((await host.disks.find(spec)).id);
  const folder = (path: string | undefined): string | null => (path === undefined ? null : resolve(path));
  const isFolder = await stat(source).then((stats) => stats.isDirectory(), () => false);
  const plan = await jobs.planWinpe({
    source: isFolder ? resolve(source) : locationOf(source),
    disks: [...new Set(disks)],
    iso: iso === undefined ? null : { path: resolve(iso), overwrite: options.overwrite ?? false, hybrid: options.hybrid ?? false },
    firmware: options.firmware ?? 'uefi',
    label: options.label ?? '',
    drivers: driversOf(options),
    driversIn: options.driversInImage ? 'image' : 'medium',
    commands: [...(options.command ?? [])],
    keyboard: options.keyboard ?? null,
    region: options.region ?? null,
    language: options.language ?? null,
    systemLocale: options.systemLocale ?? null,
    timeZone: options.timeZone ?? null,
    extraFolder: folder(options.extra),
    toolsFolder: folder(options.tools),
    newLoaders: options.newLoaders ?? false,
    scratchMiB: scratch === undefined ? null : Number(scratch),
    verify: options.verify,
    eject: options.eject,
    allowSystemDisk: options.iWantToDestroyTheRunningSystem ?? false,
  });
  return runPlan(context, plan, { yes: options.yes ?? false, reasons: options.confirm ?? [] }, options.report, checkConsent(options));
}

function driversOf({ drivers, kind, hardwareId, thisMachine }: MediaWinpeOptions): WinpeRequest['drivers'] {
  if (drivers === undefined) return null;
  return {
    folders: drivers.map((path) => resolve(path)),
    kinds: (kind ?? ['storage', 'network']) as NonNullable<WinpeRequest['drivers']>['kinds'],
    machines: thisMachine ? { kind: 'this' } : hardwareId ? { kind: 'ids', ids: [...hardwareId] } : { kind: 'any' },
  };
}
