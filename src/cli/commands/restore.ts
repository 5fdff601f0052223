import type { MemoryLevel, Rest } from '../../contract/index.ts';
import type { Context } from '../context.ts';
import { checkConsent } from '../job-checks.ts';
import { runPlan } from '../run-job.ts';
import { parseLimit, parseNumbers } from '../sizes.ts';
import { foldersOf } from './capture.ts';
import { locationOf } from './write.ts';

export interface RestoreOptions {
  readonly to: readonly string[];
  readonly partitions?: string;
  readonly grow?: boolean;
  readonly newIdentifiers?: boolean;
  readonly rest?: Rest;
  readonly verify: boolean;
  readonly memory?: MemoryLevel;
  readonly limit?: string;
  readonly library?: readonly string[];
  readonly resume?: boolean;
  readonly checks: boolean;
  readonly accept?: readonly string[];
  readonly yes?: boolean;
  readonly confirm?: readonly string[];
  readonly iWantToDestroyTheRunningSystem?: boolean;
  readonly report?: string;
}

/** `werkbank restore IMAGE --to DISK...` */
export async function restore(context: Context, image: string, options: RestoreOptions): Promise<number> {
  const { host, jobs } = await context.services();
  const targets: string[] = [];
  for (const spec of options.to) targets.push((await host.disks.find(spec)).id);
  const location = locationOf(image);
  const plan = await jobs.planRestore({
    image: location,
    folders: foldersOf(options.library, location),
    disks: [...new Set(targets)],
    partitions: options.partitions === undefined ? null : parseNumbers(options.partitions),
    grow: options.grow ?? false,
    newIdentifiers: options.newIdentifiers ?? false,
    rest: options.rest ?? 'keep',
    verify: options.verify,
    memory: options.memory ?? 'medium',
    bytesPerSecond: parseLimit(options.limit),
    resume: options.resume ?? false,
    allowSystemDisk: options.iWantToDestroyTheRunningSystem ?? false,
  });
  return runPlan(context, plan, { yes: options.yes ?? false, reasons: options.confirm ?? [] }, options.report, checkConsent(options, { folders: foldersOf(options.library, location) }));
}
