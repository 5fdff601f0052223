import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { EngineError, errnoOf, isTaken, manifestPath, mapDisk, replacedPath, totalLength, type DiskMap, type FoundMap } from '../../native-free-engine/index.ts';
import type { CapturedPartition, CapturePlan, CaptureRequest, Compression, Disk, ImagingNote, PlanStep, UnfinishedCapture } from '../contract/index.ts';
import type { Host } from '../host/host.ts';
import { checkChain, checkNotNeeded, findImage, readUnfinished, resolveChain } from '../library/index.ts';
import { takesPlaceOfParent } from './built-on.ts';
import { capturedPartitions, checkChosen, stopsOf, takenNumbers } from './capture-source.ts';
import { checkNotBusy } from './disk-lock.ts';
import { nameOf } from './identity.ts';
import { ownImage } from './own-image.ts';
import { heading, step } from './plan-parts.ts';
import { checkFile, roomIn, type Room } from './room.ts';

/** What used data shrinks to on the average of the disks that were measured. A guess to compare free room with, no promise. */
export const SHRINKS_TO: Readonly<Record<Compression, number>> = { none: 1, fast: 0.62, balanced: 0.58, small: 0.54 };

/** The one place of an image, whatever links lead there: two captures into it must meet at the same lock. */
export async function canonicalPath(path: string): Promise<string> {
  const folder = dirname(resolve(path));
  return join(await realpath(folder).catch(() => folder), basename(path));
}

/** What a capture into `path` is locked by. */
export const imageLock = (path: string): string => `image:${path}`;

/**
 * Looks at the disk and at the place the image goes to; nothing is written.
 * @throws EngineError `partition-not-found`, `disk-busy`, `source-mounted`, `rights-needed`, `destination-exists`, `destination-not-file`, `destination-on-source`,
 *   `image-unfinished`, `image-needed`, `image-name-invalid`, `split-too-small`, `image-manifest-missing`, `source-changed`, `image-parent-missing`,
 *   `image-parent-swapped`, `image-chain-too-long`; what `mapDisk` throws
 */
export async function planCapture(host: Host, request: CaptureRequest, signal: AbortSignal): Promise<CapturePlan> {
  const disk = await host.disks.find(request.disk);
  const name = nameOf(disk);
  checkChosen(disk, request.partitions, name);
  const destination = await canonicalPath(request.destination);
  await checkNotBusy(disk.id, name);
  await checkNotBusy(imageLock(destination), destination);
  const unfinished = await checkDestination(host, disk, destination, request);

  const uses = await host.sources.check(disk, takenNumbers(disk, request.partitions));
  const moving = uses.find((use) => use.remedy === 'unmount');
  if (moving) throw new EngineError('source-mounted', { disk: name, number: moving.partition, mountPoint: moving.mountPoints[0] ?? '' });
  const identity = await host.disks.identify(disk.id);
  if (await host.targets.needsRights(identity)) throw new EngineError('rights-needed', { disk: name });

  const map = await readMap(host, identity, request, name, signal);
  const partitions = capturedPartitions(map, disk.partitions, uses);
  const usedBytes = totalLength(map.used);
  checkPieces(request.partBytes, usedBytes);
  const estimatedBytes = Math.ceil(usedBytes * SHRINKS_TO[request.compression]);
  const room = await roomIn(dirname(destination));
  const parent = request.parent === null ? null : await parentOf(request.parent, map, name, { destination, folders: request.folders });
  const { disk: _disk, partitions: chosen, folders: _folders, destination: _destination, parent: _parent, ...options } = request;
  return {
    kind: 'capture',
    ...heading(),
    ...options,
    disk: identity,
    number: disk.number,
    practice: disk.practice,
    logicalSectorSize: disk.logicalSectorSize,
    table: map.table,
    partitions,
    chosen,
    destination,
    usedBytes,
    estimatedBytes,
    freeBytes: room.freeBytes,
    parent,
    resume: request.resume && unfinished !== null,
    unfinished,
    stops: stopsOf(partitions),
    notes: notesOf(request, partitions, { warnings: map.warnings, estimatedBytes, room, parent, unfinished }),
    steps: stepsOf(name, partitions, { usedBytes, destination, parent, resumes: request.resume && unfinished !== null }),
  };
}

/** Pieces are numbered with three digits. */
const MOST_PIECES = 999;
/** What an image takes at most, where nothing packs: its data, tables and hashes. Bytes. */
const most = (usedBytes: number): number => usedBytes * 1.02 + 16 * 1024 * 1024;

/** @throws EngineError `split-too-small` */
function checkPieces(partBytes: number, usedBytes: number): void {
  if (partBytes === 0 || most(usedBytes) <= partBytes * MOST_PIECES) return;
  throw new EngineError('split-too-small', { size: partBytes, most: MOST_PIECES, least: Math.ceil(most(usedBytes) / MOST_PIECES) });
}

/** @returns the interrupted capture that lies there, if any */
async function checkDestination(host: Host, disk: Disk, destination: string, request: CaptureRequest): Promise<UnfinishedCapture | null> {
  if (!/.\.qcow2$/i.test(basename(destination))) throw new EngineError('image-name-invalid', { name: basename(destination), reason: '.qcow2' });
  if (await isTooLong(destination)) throw new EngineError('image-name-invalid', { name: basename(destination), reason: 'name-too-long-here' });
  if (destination === disk.path || (await host.disks.holding(dirname(destination))).includes(disk.id)) {
    throw new EngineError('destination-on-source', { path: destination, disk: nameOf(disk) });
  }
  await checkFile(destination, true);
  if (request.overwrite) await checkReplaceable(destination, request.folders);
  const unfinished = await readUnfinished(destination);
  if (unfinished && !request.resume && !request.overwrite) throw new EngineError('image-unfinished', { path: destination });
  const resumes = unfinished !== null && request.resume;
  if (!request.overwrite && !resumes && (await isTaken(destination))) {
    throw new EngineError('destination-exists', { path: destination });
  }
  return unfinished;
}

/** Whether the file system there has no room for the longest name beside an image: it would come to that when all is captured. */
async function isTooLong(destination: string): Promise<boolean> {
  return lstat(replacedPath(manifestPath(destination))).then(() => false, (error: unknown) => errnoOf(error) === 'ENAMETOOLONG');
}

/** What is to be replaced may be what other images build on. @throws EngineError `image-needed` */
async function checkReplaceable(destination: string, folders: readonly string[]): Promise<void> {
  const there = await findImage(destination).catch(() => null);
  if (there && (there.path === destination || there.manifestPath === manifestPath(destination))) await checkNotNeeded(there, folders);
}

async function readMap(host: Host, identity: CapturePlan['disk'], request: CaptureRequest, name: string, signal: AbortSignal): Promise<FoundMap> {
  const source = await host.targets.openSource(identity);
  try {
    return await mapDisk(source, {
      partitions: request.partitions, leaveOutSwapFiles: request.leaveOutSwapFiles, name, signal, ...(request.gptCopy ? { gptCopy: request.gptCopy } : {}),
    });
  } finally {
    await source.close();
  }
}

async function parentOf(path: string, map: DiskMap, name: string, { destination, folders }: Pick<CaptureRequest, 'destination' | 'folders'>): Promise<NonNullable<CapturePlan['parent']>> {
  const own = await ownImage(resolve(path));
  if (!own) throw new EngineError('image-manifest-missing', { path: resolve(path) });
  // Not even when what lies there may be replaced: the new image needs it.
  if (await takesPlaceOfParent(destination, own, folders)) throw new EngineError('destination-exists', { path: destination });
  const { manifest } = own.found;
  if (manifest.image.virtualSize !== map.size) throw new EngineError('source-changed', { disk: name, what: 'size' });
  // What builds on a chain that is broken, or as long as one may be, could not be restored.
  const { links } = await resolveChain(own.found, folders);
  checkChain(resolve(path), [{ id: manifest.id, name: basename(path), lastSeen: resolve(path), path: resolve(path), createdAt: manifest.createdAt, error: null }, ...links]);
  return { path: resolve(path), id: manifest.id, name: basename(path), createdAt: manifest.createdAt };
}

interface Findings {
  readonly warnings: FoundMap['warnings'];
  readonly estimatedBytes: number;
  readonly room: Room;
  readonly parent: CapturePlan['parent'];
  readonly unfinished: UnfinishedCapture | null;
}

function notesOf(request: CaptureRequest, partitions: readonly CapturedPartition[], found: Findings): ImagingNote[] {
  const notes: ImagingNote[] = [];
  const note = (code: ImagingNote['code'], params: ImagingNote['params'] = {}): void => void notes.push({ code, params });
  const { warnings, estimatedBytes, room, parent, unfinished } = found;
  for (const { code, params } of warnings) if (code === 'firmware-raid' || code === 'gpt-backup-damaged' || code === 'gpt-sector-size-differs') note(code, params);
  for (const { number, length, method, wholeReason, leftOut, hold, fileSystem } of partitions) {
    if (method === 'whole' && wholeReason !== null && wholeReason !== 'boot-code') note(`whole-${wholeReason}`, { number, bytes: length, kind: fileSystem?.kind ?? '' });
    for (const { name, bytes } of leftOut) note('left-out', { number, name, bytes });
    if (hold === 'snapshot-lvm' || hold === 'snapshot-vss') note(hold, { number });
  }
  const left = partitions.filter((partition) => partition.role !== 'extended' && request.partitions?.includes(partition.number) === false);
  if (left.length > 0) note('not-chosen', { numbers: left.map(({ number }) => number).join(', ') });
  if (request.gptCopy) note('gpt-copy', { copy: request.gptCopy });
  if (parent) note('incremental', { name: parent.name });
  if (request.resume && unfinished) note('resumes', { stored: unfinished.storedBytes });
  if (room.freeBytes !== null && estimatedBytes > room.freeBytes) note('may-not-fit', { estimate: estimatedBytes, free: room.freeBytes });
  const largest = request.partBytes > 0 ? Math.min(request.partBytes, estimatedBytes) : estimatedBytes;
  if (room.maxFileBytes !== null && largest > room.maxFileBytes) note('file-size-limit', { limit: room.maxFileBytes });
  return notes;
}

interface StepFacts {
  readonly usedBytes: number;
  readonly destination: string;
  readonly parent: CapturePlan['parent'];
  readonly resumes: boolean;
}

function stepsOf(name: string, partitions: readonly CapturedPartition[], facts: StepFacts): PlanStep[] {
  const held = partitions.filter(({ hold }) => hold !== null && hold !== 'read-only').map(({ number }) => number);
  return [
    step('recheck-identity'),
    ...(facts.parent ? [step('check-chain', { image: facts.parent.name })] : []),
    ...(held.length > 0 ? [step('snapshot', { numbers: held.join(', ') })] : []),
    step('map', { disk: name }),
    step(facts.resumes ? 'capture-resume' : 'capture', { disk: name, size: facts.usedBytes, destination: facts.destination }),
    step('manifest', { image: basename(facts.destination) }),
  ];
}
