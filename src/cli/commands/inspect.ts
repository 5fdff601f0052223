import { stat } from 'node:fs/promises';
import type { Disk, ImageInfo, Partition } from '../../contract/index.ts';
import { endWell, type Context } from '../context.ts';
import { diskName, partitionLine, reasonText } from '../disk-text.ts';
import { imageLine } from '../plan-text.ts';
import { locationOf } from './write.ts';

/** `werkbank inspect FILE|DISK`: a file or URL is an image; everything else names a disk. */
export async function inspect(context: Context, what: string): Promise<number> {
  const { jobs, resolveDisk } = await context.services();
  if (await isImage(what)) {
    const image = await jobs.inspect(locationOf(what));
    context.emit({ event: 'image', image });
    showImage(context, image);
  } else {
    const disk = await resolveDisk(what, await jobs.disks());
    context.emit({ event: 'disk', disk });
    showDisk(context, disk);
  }
  return endWell(context);
}

/** Something that looks like a path is taken for an image even when it is missing, so that the error speaks of an image. */
async function isImage(what: string): Promise<boolean> {
  if (/^https?:\/\//i.test(what)) return true;
  if (what.startsWith('file:') || /^\d+$/.test(what)) return false;
  const stats = await stat(what).catch(() => null);
  return stats ? stats.isFile() : !/^([/\\]dev\b|\\\\)/.test(what);
}

function showImage(context: Context, image: ImageInfo): void {
  context.say(image.name, 'bold');
  context.say(imageLine(context, image));
  if (image.storedSize !== null) context.say(context.texts('cli:image.stored', { size: image.storedSize }));
  showPartitions(context, image.table, image.partitions);
  for (const { algorithm, hex, from } of image.expected) {
    context.say(context.texts('cli:image.expected', { algorithm: algorithm.toUpperCase(), hex, from: from ?? '' }));
  }
}

function showDisk(context: Context, disk: Disk): void {
  context.say(diskName(context, disk), 'bold');
  context.say(context.texts('cli:disk.facts', {
    number: disk.number, path: disk.path, bus: context.texts(`cli:bus.${disk.bus}`), logical: disk.logicalSectorSize, physical: disk.physicalSectorSize,
  }));
  context.say(context.texts(`cli:verdict.${disk.verdict.kind}`));
  for (const reason of disk.verdict.reasons) context.say(`  ${reasonText(context, reason)}`);
  showPartitions(context, disk.table, disk.partitions);
}

function showPartitions(context: Context, table: Disk['table'], partitions: readonly Partition[]): void {
  context.say(context.texts('cli:partition.table', { table: context.texts(`jobs:table.${table}`), count: partitions.length }));
  for (const partition of partitions) context.say(`  ${partitionLine(context, partition)}`);
}
