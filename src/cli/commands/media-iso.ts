import { resolve } from 'node:path';
import type { IsoNames } from '../../contract/index.ts';
import type { Context } from '../context.ts';
import { runPlan } from '../run-job.ts';

export interface MediaIsoOptions {
  readonly label?: string;
  readonly bootBios?: string;
  readonly bootUefi?: string;
  readonly bootInfo?: boolean;
  readonly names: IsoNames;
  readonly udf: boolean;
  readonly hybrid?: boolean;
  readonly overwrite?: boolean;
  readonly report?: string;
}

/** `werkbank media iso FOLDER FILE.iso` */
export async function mediaIso(context: Context, folder: string, file: string, options: MediaIsoOptions): Promise<number> {
  const { jobs } = await context.services();
  const plan = await jobs.planIso({
    folder: resolve(folder),
    destination: resolve(file),
    label: options.label ?? '',
    bios: options.bootBios ?? null,
    efi: options.bootUefi ?? null,
    bootInfo: options.bootInfo ?? false,
    names: options.names,
    udf: options.udf,
    hybrid: options.hybrid ?? false,
    overwrite: options.overwrite ?? false,
  });
  return runPlan(context, plan, { yes: true, reasons: [] }, options.report);
}
