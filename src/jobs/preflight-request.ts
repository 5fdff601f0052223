import { dirname, resolve } from 'node:path';
import { isUrl, type CheckContext, type ImageNameFacts } from '../../native-free-engine/index.ts';
import type { CheckId, Disk, PreflightRequest } from '../contract/index.ts';
import type { CheckRequest } from '../host/facts/types.ts';
import type { Host } from '../host/host.ts';
import { describeImage } from './describe.ts';
import { inspectImage } from './inspect.ts';
import { imageNameFacts } from './name-facts.ts';
import { SHRINKS_TO } from './plan-capture.ts';

interface Looking {
  readonly tempDir: string;
  readonly signal: AbortSignal;
}

/** What imaging does on the average of the machines that were measured. A guess to compare a battery with, no promise. Bytes a second. */
const USUAL_SPEED = 80e6;

/**
 * A request with its disks looked up, and with what only the library and the image itself can tell.
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
  const wanted = request.image !== null && (checks.includes('target') || checks.includes('power')) ? await wantedOf(request, request.image, looking) : null;
  const imageName: ImageNameFacts | null = destination !== null && checks.includes('image-name') && sources[0] ? await imageNameFacts(sources[0].disk, destination, request) : null;
  const bytes = sources.length > 0 ? sources.reduce((sum, { disk, chosen }) => sum + usedOf(disk, chosen), 0) : (wanted?.usedBytes ?? null);
  return {
    job, manyMachines, partBytes, sources, targets, wanted, imageName,
    destination: destination === null ? null : dirname(resolve(destination)),
    estimate: { seconds: bytes === null ? null : bytes / USUAL_SPEED, imageBytes: sources.length > 0 && bytes !== null ? Math.ceil(bytes * SHRINKS_TO[request.compression]) : null },
  };
}

/** Bytes that are read of a disk: what is in use, or all of it where that cannot be told. */
function usedOf({ size, partitions }: Disk, chosen: readonly number[] | null): number {
  if (partitions.length === 0) return size;
  return partitions
    .filter(({ number, role }) => role !== 'extended' && (chosen?.includes(number) ?? true))
    .reduce((sum, { usedBytes, length, role }) => sum + (role === 'swap' ? 0 : (usedBytes ?? length)), 0);
}

/** Null when the image cannot be read: its own step of the wizard has said so, and the plan will. */
async function wantedOf({ job, imagePartitions, folders }: PreflightRequest, location: string, looking: Looking): Promise<CheckContext['wanted']> {
  try {
    if (job === 'restore') {
      const { partitions, size, usedBytes, sectorSize, table } = await describeImage(location, { folders, ...looking });
      const taken = partitions.filter(({ number, role }) => role !== 'extended' && (imagePartitions?.includes(number) ?? true));
      const end = taken.length === 0 ? size : Math.max(...taken.map(({ offset, usedEnd }) => offset + usedEnd));
      return { end, usedBytes: usedBytes ?? size, sectorSize, table: table === 'corrupt' ? 'none' : table };
    }
    const { size, mappedBytes, table } = await inspectImage(isUrl(location) ? location : resolve(location), looking);
    return size === null ? null : { end: size, usedBytes: mappedBytes ?? size, sectorSize: 512, table: table === 'corrupt' ? 'none' : table };
  } catch {
    looking.signal.throwIfAborted();
    return null;
  }
}
