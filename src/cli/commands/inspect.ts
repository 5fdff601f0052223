import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isUrl, toEngineError } from '../../../native-free-engine/index.ts';
import type { Disk, ImageInfo, Partition } from '../../contract/index.ts';
import { namesDisk } from '../../host/index.ts';
import { endWell, type Context } from '../context.ts';
import { discLines } from '../disc-text.ts';
import { diskTitle, partitionLine, reasonText } from '../disk-text.ts';
import { ALGORITHM_NAMES, errorText } from '../../texts/index.ts';
import { diskImageLines, moment } from '../imaging-text.ts';
import { imageLine } from '../plan-text.ts';
import { looksLikeWim } from '../../jobs/index.ts';
import { showDiscSums } from './disc-sums.ts';
import { showWim } from './wim.ts';
import { locationOf } from './write.ts';

export interface InspectOptions {
  readonly sha256?: boolean;
}

/** `werkbank inspect FILE|DISK`: a file or URL is an image; a number, a device path or `file:PATH` is a disk. */
export async function inspect(context: Context, what: string, options: InspectOptions): Promise<number> {
  if (options.sha256) return showDiscSums(context, locationOf(what));
  const isDisk = await namesDisk(what);
  if (!isDisk && !isUrl(what) && looksLikeWim(what)) {
    await showWim(context, locationOf(what));
    return endWell(context);
  }
  const { host, jobs } = await context.services();
  if (!isDisk && (await showDiskImage(context, locationOf(what)))) return endWell(context);
  if (!isDisk) {
    const image = await jobs.inspect(locationOf(what));
    context.emit({ event: 'image', image });
    showImage(context, image);
    if (DISC_KINDS.includes(image.kind) && image.chain.length === 0) await showDisc(context, image.location);
  } else {
    const disk = await host.disks.find(what);
    context.emit({ event: 'disk', disk });
    showDisk(context, disk);
  }
  return endWell(context);
}

/**
 * What holds a disk in a format of its own, or carries a manifest, is shown as such; so is an interrupted capture.
 * @returns false for what is to be written as it is: raw images and ISOs, packed or not
 */
async function showDiskImage(context: Context, location: string): Promise<boolean> {
  const { jobs } = await context.services();
  const unfinished = isUrl(location) ? null : await jobs.unfinished(location.replace(/(?:\.\d{3})?\.(?:partial|journal)$/, ''));
  if (unfinished) {
    const { path, storedBytes, startedAt, source } = unfinished;
    context.emit({ event: 'unfinished', unfinished });
    context.say(context.texts('cli:diskImage.unfinished', { path, stored: storedBytes, when: moment(startedAt), disk: diskTitle(context, { ...source, id: '' }) }));
    return true;
  }
  if (!FORMATS.test(location) && !(await isFolder(location))) return false;
  const image = await jobs.describe(location, isUrl(location) ? [] : [dirname(location)]);
  context.emit({ event: 'disk-image', image });
  for (const line of diskImageLines(context, image)) context.say(line);
  return true;
}

/** Names of images that hold a disk in a format of its own, of their parts and of what lies beside them. */
const FORMATS = /\.(?:qcow2|qcow|vhd|vhdx|avhdx|vmdk|pcl|ptcl-img(?:\.\w+)?)(?:\.(?:\d{3}|json|sums|partial|journal))?$/i;

const isFolder = (path: string): Promise<boolean> => stat(path).then((stats) => stats.isDirectory(), () => false);

/** Images of discs, whose files can be looked at where they lie. */
const DISC_KINDS: readonly ImageInfo['kind'][] = ['hybrid-iso', 'windows-iso', 'plain-iso'];

/** A disc whose files cannot be read is still an image that can be written: what is wrong is said, and that is all. */
async function showDisc(context: Context, location: string): Promise<void> {
  const { jobs } = await context.services();
  try {
    const disc = await jobs.describeDisc(location);
    context.emit({ event: 'disc', disc, error: null });
    for (const line of discLines(context, disc)) context.say(line);
  } catch (error) {
    const plain = toEngineError(error).toPlain();
    context.emit({ event: 'disc', disc: null, error: plain });
    context.say(errorText(context.texts, plain).title);
  }
}

function showImage(context: Context, image: ImageInfo): void {
  context.say(image.name, 'bold');
  context.say(imageLine(context, image));
  if (image.storedSize !== null) context.say(context.texts('cli:image.stored', { size: image.storedSize }));
  showPartitions(context, image.table, image.partitions);
  for (const { algorithm, hex, from } of image.expected) {
    context.say(context.texts('cli:image.expected', { algorithm: ALGORITHM_NAMES[algorithm], hex, from: from ?? '' }));
  }
}

function showDisk(context: Context, disk: Disk): void {
  context.say(diskTitle(context, disk), 'bold');
  context.say(context.texts('cli:disk.facts', {
    number: disk.number, path: disk.path, bus: context.texts(`disks:bus.${disk.bus}`), logical: disk.logicalSectorSize, physical: disk.physicalSectorSize,
  }));
  context.say(`${context.texts('cli:column.verdict')} ${context.texts(`cli:verdict.${disk.verdict.kind}`)}`);
  for (const reason of disk.verdict.reasons) context.say(`  ${reasonText(context, reason)}`);
  showPartitions(context, disk.table, disk.partitions);
}

function showPartitions(context: Context, table: Disk['table'], partitions: readonly Partition[]): void {
  context.say(context.texts('cli:partition.table', { table: context.texts(`jobs:table.${table}`), count: partitions.length }));
  for (const partition of partitions) context.say(`  ${partitionLine(context, partition)}`);
}
