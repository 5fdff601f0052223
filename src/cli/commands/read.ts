import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { checkConsent } from '../job-checks.ts';
import { runPlan } from '../run-job.ts';

export interface ReadOptions {
  readonly format?: 'raw' | 'zst';
  readonly overwrite?: boolean;
  readonly checks: boolean;
  readonly accept?: readonly string[];
  readonly report?: string;
}

/** `werkbank read DISK FILE`: destroys nothing on the disk, so nothing needs to be confirmed. */
export async function read(context: Context, disk: string, file: string, options: ReadOptions): Promise<number> {
  const { host, jobs } = await context.services();
  const source = await host.disks.find(disk);
  const format = options.format ?? (/\.zstd?$/i.test(file) ? 'zst' : 'raw');
  const plan = await jobs.planRead({
    disk: source.id,
    destination: resolve(file),
    format: format === 'zst' ? 'zstd' : 'raw',
    overwrite: options.overwrite ?? false,
  });
  return runPlan(context, plan, { yes: true, reasons: [] }, options.report, checkConsent(options));
}
