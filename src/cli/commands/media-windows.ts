import { resolve } from 'node:path';
import { driverSystem, type Customising, type DriverArchitecture, type DriverSystem, type StickFirmware, type WindowsEdition } from '../../contract/index.ts';
import type { Context } from '../context.ts';
import { editionNumbers } from '../editions.ts';
import { checkConsent } from '../job-checks.ts';
import { runPlan } from '../run-job.ts';
import { answerFileOf } from './answer-file.ts';
import { locationOf, type WriteOptions } from './write.ts';

export interface MediaWindowsOptions extends Omit<WriteOptions, 'checksum'> {
  readonly firmware?: StickFirmware;
  readonly label?: string;
  readonly edition?: readonly string[];
  readonly workFolder?: string;
  readonly extra?: string;
  readonly answerFile?: string;
  readonly autopilot?: string;
  readonly drivers?: readonly string[];
  readonly arch?: DriverArchitecture;
}

/** `werkbank media windows ISO --to DISK...` */
export async function mediaWindows(context: Context, iso: string, options: MediaWindowsOptions): Promise<number> {
  const { host, jobs } = await context.services();
  const targets: string[] = [];
  for (const spec of options.to) targets.push((await host.disks.find(spec)).id);
  // Looked at only where something is chosen by what is on it.
  const editions = options.edition || options.drivers ? (await jobs.inspectWindows(locationOf(iso))).editions : [];
  const plan = await jobs.planWindowsStick({
    location: locationOf(iso),
    disks: [...new Set(targets)],
    firmware: options.firmware ?? 'uefi',
    label: options.label ?? '',
    editions: options.edition ? editionNumbers(options.edition, editions) : null,
    workFolder: options.workFolder === undefined ? null : resolve(options.workFolder),
    extraFolder: options.extra === undefined ? null : resolve(options.extra),
    drivers: options.drivers === undefined ? null : {
      folders: options.drivers.map((folder) => resolve(folder)), ...systemOf(editions, options.arch), kinds: ['storage', 'network'], machines: { kind: 'any' },
    },
    customising: await customisingOf(options),
    verify: options.verify,
    eject: options.eject,
    allowSystemDisk: options.iWantToDestroyTheRunningSystem ?? false,
  });
  return runPlan(context, plan, { yes: options.yes ?? false, reasons: options.confirm ?? [] }, options.report, checkConsent(options));
}

/** The Windows on the disc; on one for several architectures the first, or the one that was named. */
function systemOf(editions: readonly WindowsEdition[], arch: DriverArchitecture | undefined): DriverSystem {
  const systems = editions.map(driverSystem);
  if (arch === undefined) return systems[0] ?? driverSystem();
  return systems.find(({ architecture }) => architecture === arch) ?? { architecture: arch, build: null };
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
