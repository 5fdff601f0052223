import { extname, resolve } from 'node:path';
import { convertFormatSchema, type ConvertFormat } from '../../contract/index.ts';
import { invalid, type Context } from '../context.ts';
import { runPlan } from '../run-job.ts';
import { foldersOf } from './capture.ts';
import { locationOf } from './write.ts';

export interface ConvertOptions {
  readonly format?: ConvertFormat;
  readonly library?: readonly string[];
  readonly overwrite?: boolean;
  readonly report?: string;
}

/** `werkbank convert IMAGE FILE` */
export async function convert(context: Context, image: string, file: string, options: ConvertOptions): Promise<number> {
  const { jobs } = await context.services();
  const location = locationOf(image);
  const plan = await jobs.planConvert({
    image: location, folders: foldersOf(options.library, location), destination: resolve(file), format: options.format ?? formatOf(file), overwrite: options.overwrite ?? false,
  });
  return runPlan(context, plan, { yes: true, reasons: [] }, options.report);
}

/** @throws EngineError `argument-invalid` for an extension that names no format */
function formatOf(file: string): ConvertFormat {
  const extension = extname(file).slice(1).toLowerCase();
  if (extension === 'img') return 'raw';
  const parsed = convertFormatSchema.safeParse(extension);
  if (!parsed.success) throw invalid(`${file} (--format)`);
  return parsed.data;
}
