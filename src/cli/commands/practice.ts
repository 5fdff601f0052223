import { EngineError } from '../../../native-free-engine/index.ts';
import type { Disk } from '../../contract/index.ts';
import { endWell, type Context } from '../context.ts';
import { disksTable } from '../disk-text.ts';
import { parseSize } from '../sizes.ts';

export interface CreateOptions {
  readonly size?: string;
  readonly sample?: boolean;
}

/** Enough for the sample disk, little enough for any drive: it takes room only as it is written. */
const DEFAULT_SIZE = '1G';

/** `werkbank practice create NAME` */
export async function practiceCreate(context: Context, name: string, options: CreateOptions): Promise<number> {
  const { jobs } = await context.services();
  const disk = await jobs.practiceCreate({ name, size: parseSize(options.size ?? DEFAULT_SIZE), sample: options.sample ?? false });
  context.emit({ event: 'disk', disk });
  context.say(context.texts('cli:practice.created', { path: disk.path, id: disk.id }));
  return endWell(context);
}

/** `werkbank practice list` */
export async function practiceList(context: Context): Promise<number> {
  const { jobs } = await context.services();
  const list = (await jobs.disks()).filter((disk) => disk.practice);
  context.emit({ event: 'disks', disks: list });
  const lines = list.length > 0 ? disksTable(context, list) : [context.texts('cli:practice.none')];
  for (const line of lines) context.say(line);
  return endWell(context);
}

/** `werkbank practice remove DISK` */
export async function practiceRemove(context: Context, spec: string): Promise<number> {
  const { host, jobs } = await context.services();
  const disk: Disk = await host.disks.find(spec);
  if (!disk.practice) throw new EngineError('disk-hidden', { disk: disk.path, reason: context.texts('cli:practice.notOne') });
  await jobs.practiceRemove(disk.id);
  context.say(context.texts('cli:practice.removed', { path: disk.path }));
  return endWell(context);
}
