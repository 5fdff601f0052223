import type { Context } from '../context.ts';
import { checkConsent } from '../job-checks.ts';
import { runPlan } from '../run-job.ts';

export interface FormatOptions {
  readonly fs?: 'fat32' | 'exfat';
  readonly label?: string;
  readonly eject: boolean;
  readonly checks: boolean;
  readonly accept?: readonly string[];
  readonly yes?: boolean;
  readonly confirm?: readonly string[];
  readonly iWantToDestroyTheRunningSystem?: boolean;
  readonly report?: string;
}

/** `werkbank format DISK`: one partition that every system can use. */
export async function format(context: Context, spec: string, options: FormatOptions): Promise<number> {
  const { host, jobs } = await context.services();
  const disk = await host.disks.find(spec);
  const plan = await jobs.planFormat({
    disk: disk.id,
    fileSystem: options.fs ?? 'auto',
    label: options.label ?? '',
    eject: options.eject,
    allowSystemDisk: options.iWantToDestroyTheRunningSystem ?? false,
  });
  return runPlan(context, plan, { yes: options.yes ?? false, reasons: options.confirm ?? [] }, options.report, checkConsent(options));
}
