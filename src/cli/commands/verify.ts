import { resolve } from 'node:path';
import type { MemoryLevel } from '../../contract/index.ts';
import type { Context } from '../context.ts';
import { runPlan } from '../run-job.ts';
import { parseShare } from '../sizes.ts';
import { foldersOf } from './capture.ts';

export interface VerifyOptions {
  readonly share?: string;
  readonly memory?: MemoryLevel;
  readonly library?: readonly string[];
  readonly report?: string;
}

/** `werkbank verify IMAGE` */
export async function verify(context: Context, image: string, options: VerifyOptions): Promise<number> {
  const { jobs } = await context.services();
  const path = resolve(image);
  const plan = await jobs.planVerify({ image: path, folders: foldersOf(options.library, path), share: parseShare(options.share), memory: options.memory ?? 'medium' });
  return runPlan(context, plan, { yes: true, reasons: [] }, options.report);
}
