import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { checkConsent } from '../job-checks.ts';
import { runPlan } from '../run-job.ts';

export interface WriteOptions {
  readonly to: readonly string[];
  readonly verify: boolean;
  readonly eject: boolean;
  readonly checksum?: string;
  readonly checks: boolean;
  readonly accept?: readonly string[];
  readonly yes?: boolean;
  readonly confirm?: readonly string[];
  readonly iWantToDestroyTheRunningSystem?: boolean;
  readonly report?: string;
}

/** A path made absolute; a URL as it is. */
export const locationOf = (image: string): string => (/^https?:\/\//i.test(image) ? image : resolve(image));

/** `werkbank write IMAGE --to DISK...` */
export async function write(context: Context, image: string, options: WriteOptions): Promise<number> {
  const { host, jobs } = await context.services();
  const targets: string[] = [];
  for (const spec of options.to) targets.push((await host.disks.find(spec)).id);
  const plan = await jobs.planWrite({
    location: locationOf(image),
    disks: [...new Set(targets)],
    verify: options.verify,
    eject: options.eject,
    checksum: options.checksum ?? '',
    allowSystemDisk: options.iWantToDestroyTheRunningSystem ?? false,
  });
  return runPlan(context, plan, { yes: options.yes ?? false, reasons: options.confirm ?? [] }, options.report, checkConsent(options));
}
