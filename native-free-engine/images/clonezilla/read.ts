import { endOf, normalize, totalLength, type Extent, type ExtentSet } from '../../base/extent.ts';
import { ExtentBuilder } from '../../base/extent-builder.ts';
import { EngineError } from '../../base/errors.ts';
import { throwIfAborted } from '../../base/abort.ts';
import { checkRange } from '../../io/bounds.ts';
import type { DiskImage, OpenDiskImageOptions } from '../disk-image.ts';
import { imageCorrupt, imageUnsupported } from '../faults.ts';
import { bootAreas, extendedAreas, gptAreas, swapArea, type Area } from './areas.ts';
import { ImageFolder } from './node-folder.ts';
import { CLONEZILLA_FORMAT, EXTENDED_TYPES } from './structs.ts';
import { numberOf, parseTables, type DumpedPartition, type DumpedTable } from './tables.ts';
import { openVolume, type VolumeStream } from './volumes.ts';

/** Blocks in all maps together: 128 MiB of bits. */
const MAX_BLOCKS = 2 ** 30;
/** What a device may be called; names of files are made of it. */
const DEVICE_NAME = /^[A-Za-z0-9_-]{1,64}$/;

export interface OpenClonezillaOptions extends OpenDiskImageOptions {
  /** Which of several disks: `sda`. */
  readonly disk?: string;
}

interface Placed {
  readonly partition: DumpedPartition;
  readonly volume: VolumeStream;
}

/**
 * Names of the disks in a Clonezilla image folder; empty when it is none.
 * @throws EngineError `image-not-found`, `image-unreadable`
 */
export async function clonezillaDisks(path: string): Promise<readonly string[]> {
  const folder = await ImageFolder.open(path);
  return folder.names.has('parts') ? disksOf(folder) : [];
}

async function disksOf(folder: ImageFolder): Promise<readonly string[]> {
  const listed = words(await folder.text('disk', 4096));
  // Selected partitions come without a list of disks; the tables are there all the same.
  const names = listed.length > 0 ? listed : [...folder.names].filter((name) => name.endsWith('-pt.sf')).map((name) => name.slice(0, -'-pt.sf'.length));
  return names.filter((name) => DEVICE_NAME.test(name)).sort();
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/**
 * Opens a folder as Clonezilla writes it: the whole disk, tables from the saved sectors, each partition out of its
 * partclone or dd stream, swap space made anew from its UUID and label. Partitions that were not saved read as zeros.
 * Reads should ascend: one that goes back unpacks that partition again from its start.
 * @throws EngineError `image-not-found`, `image-unreadable`, `image-part-missing`, `image-corrupt`, `image-truncated`,
 * `image-feature-unsupported` (several disks and none named, LVM, encryption, partimage), `table-corrupt`; AbortError
 */
export async function openClonezilla(path: string, options: OpenClonezillaOptions = {}): Promise<DiskImage> {
  const folder = await ImageFolder.open(path);
  const disk = await chooseDisk(folder, options.disk);
  const table = parseTables(disk, await needed(folder, `${disk}-pt.sf`), await folder.text(`${disk}-pt.parted`), path);
  const gpt = table.label === 'gpt' ? await gptAreas(folder, disk, table) : null;
  const size = table.size ?? gpt?.size ?? Math.max(0, ...table.partitions.map(endOf));
  checkPlaces(table, size, path);

  const areas = [...(await bootAreas(folder, disk, table)), ...(gpt?.areas ?? []), ...(await extendedAreas(folder, table))];
  const saved = new Set(words(await needed(folder, 'parts')).filter((name) => DEVICE_NAME.test(name) && numberOf(disk, name) !== null));
  const placed: Placed[] = [];
  let blocks = MAX_BLOCKS;
  for (const partition of table.partitions) {
    throwIfAborted(options.signal);
    const swap = await swapArea(folder, partition);
    if (swap) areas.push(swap);
    else if (saved.has(partition.name)) {
      const volume = await openVolume(folder, partition, blocks);
      blocks -= volume.blocks;
      placed.push({ partition, volume });
    }
    saved.delete(partition.name);
  }
  const [lost] = saved;
  if (lost !== undefined) throw imageCorrupt(CLONEZILLA_FORMAT, path, `${lost} is not in the table`);
  return present(path, folder, table, size, areas.filter(({ offset }) => offset < size), placed.sort((a, b) => a.partition.offset - b.partition.offset));
}

async function chooseDisk(folder: ImageFolder, wanted: string | undefined): Promise<string> {
  if (folder.names.has('ecryptfs.info')) throw imageUnsupported(folder.path, 'eCryptfs');
  if ((await folder.text('lvm_vg_dev.list', 4096)).trim() !== '') throw imageUnsupported(folder.path, 'LVM volumes');
  const disks = await disksOf(folder);
  const [only] = disks;
  if (only === undefined) throw new EngineError('image-part-missing', { path: folder.path, part: 'disk' });
  if (wanted === undefined && disks.length > 1) throw imageUnsupported(folder.path, `several disks (${disks.join(', ')})`);
  if (wanted !== undefined && !disks.includes(wanted)) throw new EngineError('image-part-missing', { path: folder.path, part: wanted });
  return wanted ?? only;
}

async function needed(folder: ImageFolder, name: string): Promise<string> {
  const text = await folder.text(name);
  if (text === '') throw new EngineError('image-part-missing', { path: folder.path, part: name });
  return text;
}

const isExtended = ({ type }: DumpedPartition): boolean => EXTENDED_TYPES.includes(type);

function checkPlaces(table: DumpedTable, size: number, path: string): void {
  const real = table.partitions.filter((partition) => !isExtended(partition));
  const fits = table.partitions.every((partition) => partition.offset > 0 && endOf(partition) <= size);
  if (!fits || totalLength(normalize(real)) !== totalLength(real)) throw imageCorrupt(CLONEZILLA_FORMAT, path, 'partitions overlap or lie outside the disk');
}

function present(path: string, folder: ImageFolder, table: DumpedTable, size: number, areas: readonly Area[], placed: readonly Placed[]): DiskImage {
  let current: VolumeStream | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  const readVolume = async ({ partition, volume }: Placed, offset: number, buffer: Uint8Array): Promise<void> => {
    const part = overlap({ offset, length: buffer.length }, { offset: partition.offset, length: volume.size });
    if (!part) return;
    // One decompressor at a time.
    if (current !== volume) await current?.release();
    current = volume;
    await volume.readInto(part.offset - partition.offset, buffer.subarray(part.offset - offset, endOf(part) - offset));
  };
  const readInto = async (offset: number, buffer: Uint8Array): Promise<void> => {
    buffer.fill(0);
    for (const one of placed) await readVolume(one, offset, buffer);
    for (const area of areas) {
      const part = overlap({ offset, length: buffer.length }, { offset: area.offset, length: area.data.length });
      if (part) buffer.set(area.data.subarray(part.offset - area.offset, endOf(part) - area.offset), part.offset - offset);
    }
  };

  return {
    format: 'clonezilla',
    variant: '',
    location: path,
    files: folder.files(),
    ordered: true,
    volumeOnly: false,
    size,
    sectorSize: table.sectorSize,
    usedExtents: () => usedExtents(size, areas, placed),
    async readInto(offset, buffer) {
      checkRange(path, offset, buffer.length, size);
      const mine = turn.then(() => readInto(offset, buffer));
      turn = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      await turn;
      await current?.release();
    },
  };
}

async function usedExtents(size: number, areas: readonly Area[], placed: readonly Placed[]): Promise<ExtentSet> {
  const pieces: { offset: number; extents: () => Promise<ExtentSet> }[] = normalize(areas.map(({ offset, data }) => ({ offset, length: Math.min(data.length, size - offset) }))).map((extent) => ({
    offset: extent.offset,
    extents: () => Promise.resolve([{ offset: 0, length: extent.length }]),
  }));
  for (const { partition, volume } of placed) pieces.push({ offset: partition.offset, extents: () => volume.usedExtents() });
  const builder = new ExtentBuilder();
  for (const piece of pieces.sort((a, b) => a.offset - b.offset)) {
    for (const extent of await piece.extents()) builder.add(piece.offset + extent.offset, extent.length);
  }
  return builder.build();
}

function overlap(a: Extent, b: Extent): Extent | null {
  const start = Math.max(a.offset, b.offset);
  const end = Math.min(endOf(a), endOf(b));
  return start < end ? { offset: start, length: end - start } : null;
}
