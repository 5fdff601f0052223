import { resolve } from 'node:path';
import type { Customising, DriverWish, StickFirmware } from '../../contract/index.ts';
import type { Context } from '../context.ts';
import { runPlan } from '../run-job.ts';
import { answerFileOf } from './answer-file.ts';
import { locationOf, type WriteOptions } from './write.ts';

export interface MediaWindowsOptions extends Omit<WriteOptions, 'checksum'> {
  readonly firmware?: StickFirmware;
  readonly label?: string;
  readonly extra?: string;
  readonly answerFile?: string;
  readonly autopilot?: string;
  readonly drivers?: readonly string[];
  readonly arch?: DriverWish['architecture'];
}

/** `werkbank media windows ISO --to DISK...` */
export async function mediaWindows(context: Context, iso: string, options: MediaWindowsOptions): Promise<number> {
  const { host, jobs } = await context.services();
  const targets: string[] = [];
  for (const spec of options.to) targets.push((await host.disks.find(spec)).id);
  const plan = await jobs.planWindowsStick({
    location: locationOf(iso),
    disks: [...new Set(targets)],
    firmware: options.firmware ?? 'uefi',
    label: options.label ?? '',
    extraFolder: options.extra === undefined ? null : resolve(options.extra),
    drivers: options.drivers === undefined ? null : {
      folders: options.drivers.map((folder) => resolve(folder)), architecture: options.arch ?? 'amd64', build: null, kinds: ['storage', 'network'], machines: { kind: 'any' },
    },
    customising: await customisingOf(options),
    verify: options.verify,
    eject: options.eject,
    allowSystemDisk: options.iWantToDestroyTheRunningSystem ?? false,
  });
  return runPlan(context, plan, { yes: options.yes ?? false, reasons: options.confirm ?? [] }, options.report);
}

/** @throws EngineError `file-unreadable`, `answer-file-options` */
async function customisingOf({ answerFile, autopilot }: MediaWindowsOptions): Promise<Customising | null> {
  if (answerFile === undefined && autopilot === undefined) return null;
  return {
    answerFile: answerFile === undefined ? null : await answerFileOf(resolve(answerFile)),
    autopilot: autopilot === undefined ? null : { kind: 'file', path: resolve(autopilot) },
    updatePolicy: null,
    setupComplete: [],
  };
}
