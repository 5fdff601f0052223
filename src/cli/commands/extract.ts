import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { runPlan } from '../run-job.ts';
import { locationOf } from './write.ts';

export interface ExtractOptions {
  readonly overwrite?: boolean;
  readonly report?: string;
}

/** `werkbank extract IMAGE FOLDER [PATH...]` */
export async function extract(context: Context, image: string, folder: string, paths: readonly string[], options: ExtractOptions): Promise<number> {
  const { jobs } = await context.services();
  const plan = await jobs.planExtract({ location: locationOf(image), folder: resolve(folder), paths: [...paths], overwrite: options.overwrite ?? false });
  return runPlan(context, plan, { yes: true, reasons: [] }, options.report);
}
