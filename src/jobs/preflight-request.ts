import { dirname, resolve } from 'node:path';
import { isUrl, known, missing, toEngineError } from '../../native-free-engine/index.ts';
import type { CheckId, Disk, PreflightRequest } from '../contract/index.ts';
import { chosenPartitions } from '../host/facts/selection.ts';
import type { CheckRequest } from '../host/facts/types.ts';
import type { Host } from '../host/host.ts';
import { describeImage } from './describe.ts';
import { inspectImage } from './inspect.ts';
import { imageNameFacts } from './name-facts.ts';
import { SHRINKS_TO } from './plan-capture.ts';

interface Looking {
  readonly tempDir: string;
  readonly signal: AbortSignal;
  /** Longer than this no image is looked into. */
  readonly withinMs: number;
}

/** What imaging does on the average of the machines that were measured. A guess to compare a battery with, no promise. Bytes a second. */
const USUAL_SPEED = 80e6;

/**
 * A request with its disks looked up, and with what only the library and the image itself can tell.
 * Nothing in it is taken from the one who asks but what is to be done: sizes, layouts and names are looked up here.
 * @param checks those that will run: what none of them needs is not looked for
 * @throws EngineError `disk-not-found`
 */
export async function checkRequest(host: Pick<Host, 'disks'>, request: PreflightRequest, checks: readonly CheckId[], looking: Looking): Promise<CheckRequest> {
  const { job, manyMachines, partBytes, destination } = request;
  const [disks, targets] = await Promise.all([
    Promise.all(request.sources.map(({ disk }) => host.disks.find(disk))),
    Promise.all(request.targets.map((id) => host.disks.find(id))),
  ]);
  const sources = disks.map((disk, index) => ({ disk, chosen: request.sources[index]?.partitions ?? null }));
  const asksImage = (['target', 'power', 'os-partitions'] as const).some((check) => checks.includes(check));
  const { wanted, imaged } = request.image !== null && asksImage ? await lookInto(request, request.image, looking) : NOTHING;
  const [first] = disks;
  const imageName = destination !== null && first ? () => imageNameFacts(first, destination, request) : null;
  // Without a map of what is in use every byte is read.
  const whole = job === 'read';
  const bytes = sources.length > 0 ? sources.reduce((sum, { disk, chosen }) => sum + (whole ? disk.size : usedOf(disk, chosen)), 0) : (wanted?.usedBytes ?? null);
  return {
    job, manyMachines, partBytes, sources, targets, wanted, imaged, imageName,
    destination: destination === null ? null : dirname(resolve(destination)),
    estimate: { seconds: bytes === null ? null : bytes / USUAL_SPEED, imageBytes: imageBytesOf(request, disks) },
  };
}

/** A guess at the image that is made; null when none is. */
function imageBytesOf({ job, sources, compression }: PreflightRequest, disks: readonly Disk[]): number | null {
  if (disks.length === 0) return null;
  if (job === 'read' && compression === 'none') return disks.reduce((sum, { size }) => sum + size, 0);
  // What is not in use packs to nearly nothing: mostly it never was.
  return Math.ceil(disks.reduce((sum, disk, index) => sum + usedOf(disk, sources[index]?.partitions ?? null), 0) * SHRINKS_TO[compression]);
}

/** Bytes that are read of a disk: what is in use, or all of it where that cannot be told. */
function usedOf({ size, partitions }: Disk, chosen: readonly number[] | null): number {
  if (partitions.length === 0) return size;
  return partitions
    .filter(({ number, role }) => role !== 'extended' && (chosen?.includes(number) ?? true))
    .reduce((sum, { usedBytes, length, role }) => sum + (role === 'swap' ? 0 : (usedBytes ?? length)), 0);
}

type Seen = Pick<CheckRequest, 'wanted' | 'imaged'>;
const NOTHING: Seen = { wanted: null, imaged: null };

/** Little when the image cannot be read, or not in time: its own step of the wizard has said so, and the plan does. */
async function lookInto({ job, imagePartitions, folders }: PreflightRequest, location: string, { tempDir, signal, withinMs }: Looking): Promise<Seen> {
  const late = new AbortController();
  const timer = withinMs === Infinity ? undefined : setTimeout(() => late.abort(), withinMs);
  const unseen = (reason: 'timed-out' | 'failed', detail = ''): Seen => ({ wanted: null, imaged: job === 'restore' ? missing(reason, location, detail) : null });
  const ended = new Promise<Seen>((done) => late.signal.addEventListener('abort', () => done(unseen('timed-out')), { once: true }));
  const looking = { tempDir, signal: AbortSignal.any([signal, late.signal]) };
  try {
    return await Promise.race([job === 'restore' ? layoutOf(location, folders, imagePartitions, looking) : sizeOf(location, looking), ended]);
  } catch (error) {
    signal.throwIfAborted();
    return unseen('failed', toEngineError(error).code);
  } finally {
    clearTimeout(timer);
  }
}

type InTime = Omit<Looking, 'withinMs'>;

async function layoutOf(location: string, folders: readonly string[], chosen: readonly number[] | null, looking: InTime): Promise<Seen> {
  const { partitions, size, usedBytes, sectorSize, table } = await describeImage(location, { folders, ...looking });
  const isChosen = (number: number): boolean => chosen?.includes(number) ?? true;
  const taken = partitions.filter(({ number, role }) => role !== 'extended' && isChosen(number));
  const end = taken.length === 0 ? size : Math.max(...taken.map(({ offset, usedEnd }) => offset + usedEnd));
  const taking = chosen === null ? (usedBytes ?? size) : taken.reduce((sum, partition) => sum + (partition.usedBytes ?? partition.length), 0);
  // What was left out when the image was made cannot be chosen from it: it is not there.
  const there = partitions.filter(({ method, role }) => method !== 'none' || role === 'microsoft-reserved');
  return {
    wanted: { end, usedBytes: taking, sectorSize, table: table === 'corrupt' ? 'none' : table },
    imaged: known({ disk: null, table, partitions: chosenPartitions(there, isChosen) }, location),
  };
}

async function sizeOf(location: string, looking: InTime): Promise<Seen> {
  const { size, mappedBytes, table } = await inspectImage(isUrl(location) ? location : resolve(location), looking);
  const wanted = size === null ? null : { end: size, usedBytes: mappedBytes ?? size, sectorSize: null, table: table === 'corrupt' ? 'none' as const : table };
  return { wanted, imaged: null };
}
