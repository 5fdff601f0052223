import { EngineError } from '../base/errors.ts';
import { alignDown, alignUp } from '../base/safe-int.ts';
import { findOverlaps } from '../partitions/problem.ts';
import { GptEntry } from '../partitions/gpt/index.ts';
import type { DiskMap, MappedPartition } from './disk-map.ts';
import type { GptRoom, RestoreRequest } from './restore-plan-types.ts';

/** Partitions that are moved start at multiples of this, as every partitioning tool has them. Bytes. */
const ALIGNMENT = 1024 * 1024;

/** Sectors of an MBR's entries are 32 bits wide. */
const MAX_MBR_SECTORS = 0xffffffff;

/** Where a kept partition goes. */
export interface Place {
  to: number;
  newLength: number;
}

export interface Placement {
  /** By partition number; the dropped ones are missing. */
  readonly places: ReadonlyMap<number, Place>;
  readonly packed: boolean;
  readonly neededSize: number;
}

const endOf = (partition: { readonly offset: number; readonly length: number }): number => partition.offset + partition.length;
const byOffset = (a: MappedPartition, b: MappedPartition): number => a.offset - b.offset;
const growable = (partition: MappedPartition): boolean => partition.role === 'os' || partition.role === 'data';
/** GRUB's first sector knows the rest of it by its place on the disk. */
const fixed = (partition: MappedPartition): boolean => partition.role === 'bios-boot';

export function usualGptRoom(sectorSize: number): GptRoom {
  const entries = alignUp(128 * GptEntry.size, sectorSize);
  return { firstUsable: 2 * sectorSize + entries, tail: sectorSize + entries };
}

export function tooSmall(request: RestoreRequest, needed: number, available = request.target.size): EngineError {
  return new EngineError('restore-too-small', { disk: request.target.name ?? '', needed, available, missing: needed - available });
}

/** @throws EngineError `restore-too-small` */
export function placePartitions(request: RestoreRequest, kept: readonly MappedPartition[]): Placement {
  // A whole disk to one of its own size is a copy: nothing moves for the sake of a small gap.
  const same = request.target.size === request.map.size && kept.length === request.map.partitions.length;
  const wanted = same ? { ...request, grow: false } : request;
  if (request.map.table === 'gpt') return placeGpt(wanted, kept);
  if (request.map.table === 'mbr') return placeMbr(wanted, kept);
  return placeBare(wanted, kept);
}

const inPlace = (kept: readonly MappedPartition[]): Map<number, Place> => new Map(kept.map((p) => [p.number, { to: p.offset, newLength: p.length }]));

/** A file system that fills a disk without a table, or bytes that nobody knows. */
function placeBare(request: RestoreRequest, kept: readonly MappedPartition[]): Placement {
  const neededSize = Math.max(0, ...kept.map(endOf), ...request.map.used.slice(-1).map(endOf));
  if (neededSize > request.target.size) throw tooSmall(request, neededSize);
  const places = inPlace(kept);
  const whole = kept[0];
  if (whole && request.grow && kept.length === 1) places.set(whole.number, { to: whole.offset, newLength: Math.max(whole.length, request.target.size - whole.offset) });
  return { places, packed: false, neededSize };
}

function placeGpt(request: RestoreRequest, kept: readonly MappedPartition[]): Placement {
  const { target, map } = request;
  const { tail, firstUsable } = request.gpt ?? usualGptRoom(map.sectorSize);
  const sorted = [...kept].sort(byOffset);
  const endUsable = alignDown(target.size, map.sectorSize) - tail;
  const straight = findOverlaps(sorted).length === 0;
  const packedPlaces = straight ? pack(sorted, firstUsable) : inPlace(sorted);
  const neededSize = Math.max(firstUsable, ...sorted.map((p) => packedPlaces.get(p.number)!.to + p.length)) + tail;

  const fits = sorted.every((p) => endOf(p) <= endUsable) && firstUsable <= endUsable;
  if (!fits && neededSize > target.size) throw tooSmall(request, neededSize);
  const places = fits ? inPlace(sorted) : packedPlaces;
  if (request.grow && straight) growGpt(sorted, places, endUsable);
  return { places, packed: !fits, neededSize };
}

/** As far down as they go, in their order. */
function pack(sorted: readonly MappedPartition[], firstUsable: number): Map<number, Place> {
  const places = new Map<number, Place>();
  let cursor = firstUsable;
  for (const partition of sorted) {
    const to = fixed(partition) ? partition.offset : Math.min(partition.offset, alignUp(cursor, ALIGNMENT));
    places.set(partition.number, { to, newLength: partition.length });
    cursor = to + partition.length;
  }
  return places;
}

/** Lets the last partition of data grow; those behind it go to the end of the disk, if they may move. */
function growGpt(sorted: readonly MappedPartition[], places: Map<number, Place>, endUsable: number): void {
  const index = sorted.findLastIndex(growable);
  const growing = sorted[index];
  if (!growing) return;
  const behind = sorted.slice(index + 1);
  const place = places.get(growing.number)!;
  const moved = new Map<number, Place>();
  let limit = endUsable;
  if (behind.some(fixed)) limit = places.get(behind[0]!.number)!.to;
  else {
    for (const partition of behind.toReversed()) {
      const now = places.get(partition.number)!;
      limit = Math.max(now.to, alignDown(limit - partition.length, ALIGNMENT));
      moved.set(partition.number, { to: limit, newLength: partition.length });
    }
  }
  const newLength = alignDown(limit, ALIGNMENT) - place.to;
  if (newLength <= growing.length) return;
  places.set(growing.number, { to: place.to, newLength });
  for (const [number, where] of moved) places.set(number, where);
}

/** Whoever boots from an MBR goes by byte offsets: nothing moves. */
function placeMbr(request: RestoreRequest, kept: readonly MappedPartition[]): Placement {
  const { target, map } = request;
  const places = inPlace(kept);
  const logical = kept.filter((p) => p.logical).sort(byOffset);
  const extended = kept.find((p) => p.role === 'extended');
  const primaries = kept.filter((p) => !p.logical && p !== extended).sort(byOffset);
  // Free space at the end of the extended partition can be done without; its first sector cannot.
  const extendedEnd = extended ? Math.max(extended.offset + map.sectorSize, ...logical.map(endOf)) : 0;
  const neededSize = Math.max(map.sectorSize, extendedEnd, ...primaries.map(endOf));
  if (neededSize > target.size) throw tooSmall(request, neededSize);
  if (extended && endOf(extended) > target.size) places.set(extended.number, { to: extended.offset, newLength: extendedEnd - extended.offset });
  if (request.grow) growMbr({ primaries, logical, extended }, places, Math.min(target.size, MAX_MBR_SECTORS * map.sectorSize));
  return { places, packed: false, neededSize };
}

function growMbr(
  kept: { readonly primaries: readonly MappedPartition[]; readonly logical: readonly MappedPartition[]; readonly extended: MappedPartition | undefined },
  places: Map<number, Place>,
  end: number,
): void {
  const lastPrimary = kept.primaries.at(-1);
  const { extended } = kept;
  const inExtended = extended !== undefined && (!lastPrimary || extended.offset > lastPrimary.offset);
  const growing = inExtended ? kept.logical.at(-1) : lastPrimary;
  if (!growing || !growable(growing)) return;
  const newEnd = alignDown(end, ALIGNMENT);
  const reach = inExtended ? Math.max(endOf(growing), extended.offset + places.get(extended.number)!.newLength) : endOf(growing);
  if (newEnd <= endOf(growing) || newEnd < reach) return;
  places.set(growing.number, { to: growing.offset, newLength: newEnd - growing.offset });
  if (inExtended) places.set(extended.number, { to: extended.offset, newLength: newEnd - extended.offset });
}

/** The partitions to restore. @throws EngineError `partition-not-found` */
export function chooseKept(map: DiskMap, selected: readonly number[] | null, disk: string): MappedPartition[] {
  if (!selected) return [...map.partitions];
  const missing = selected.find((number) => !map.partitions.some((p) => p.number === number));
  if (missing !== undefined) throw new EngineError('partition-not-found', { number: missing, disk });
  const wanted = new Set(selected);
  const withLogical = map.partitions.some((p) => p.logical && wanted.has(p.number));
  return map.partitions.filter((p) => wanted.has(p.number) || (withLogical && p.role === 'extended'));
}
