import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../native-free-engine/index.ts';
import type { Disk, DiskIdentity, Partition, PlannedDisk, Reason } from '../contract/index.ts';
import type { Host } from '../host/host.ts';

const TRIES = 2;
const AGAIN_AFTER_MS = 1000;

/** What must not have changed between the plan and the first write. */
const MUST_MATCH = ['path', 'serial', 'size', 'bus', 'model'] as const;

function changed(planned: DiskIdentity, what: string): EngineError {
  return new EngineError('disk-changed', { disk: nameOf(planned), what });
}

const differingField = (planned: DiskIdentity, now: DiskIdentity): (typeof MUST_MATCH)[number] | undefined => MUST_MATCH.find((field) => planned[field] !== now[field]);

/** @throws EngineError `disk-changed`, naming what changed; `disk-silent` for one that cannot be read any more */
export function checkSameDisk(planned: DiskIdentity, now: DiskIdentity): void {
  const field = differingField(planned, now);
  if (field) throw changed(planned, field);
  // A plan made without the right to read the disk has no hash to compare; model, serial and size then have to do.
  // One that could be read when it was planned has to be readable now; that it is not says nothing about what is on it.
  if (isSilent(planned, now)) throw new EngineError('disk-silent', { disk: nameOf(planned) });
  if (planned.tableHash !== null && planned.tableHash !== now.tableHash) throw changed(planned, 'contents');
}

const isSilent = (planned: DiskIdentity, now: DiskIdentity): boolean => planned.tableHash !== null && now.tableHash === null;

/** What unmounting leaves as it is: where everything lies and which file systems these are, by their own serial numbers. */
function lasting(partitions: readonly Partition[]): string {
  return JSON.stringify(partitions.map(({ number, offset, length, type, fileSystem }) => [number, offset, length, type, fileSystem]));
}

/** A disk as people know it. */
export function nameOf(disk: Pick<DiskIdentity, 'model' | 'path'>): string {
  return disk.model || disk.path;
}

/**
 * The last gate in front of a disk: hidden disks stay out of reach, the running system's above all.
 * @param systemDiskAllowed set only by the flag that spells it out
 * @throws EngineError `disk-is-system`, `image-on-target`, `target-read-only`, `disk-hidden`
 */
export function checkMayWrite(disk: Disk, systemDiskAllowed: boolean): void {
  if (disk.verdict.kind !== 'hidden') return;
  const codes = new Set(disk.verdict.reasons.map((reason) => reason.code));
  const name = nameOf(disk);
  const system = codes.has('system') || codes.has('system-unknown') || codes.has('swap');
  if (system && !systemDiskAllowed) throw new EngineError('disk-is-system', { disk: name });
  if (codes.has('holds-image')) throw new EngineError('image-on-target', { disk: name });
  if (codes.has('read-only')) throw new EngineError('target-read-only', { path: disk.path, disk: name });
  if (system) return;
  const where = disk.verdict.reasons.flatMap(({ params }) => params['where'] ?? []).join(', ');
  throw new EngineError('disk-hidden', { disk: name, reason: [...codes].join(', '), where });
}

/** The reasons of a disk that the user has to agree to by name. */
export function reasonsToConfirm(disk: Disk): Reason[] {
  if (disk.verdict.kind === 'writable') return [];
  const harmless = new Set<Reason['code']>(['removable', 'practice', 'loop']);
  return disk.verdict.reasons.filter((reason) => !harmless.has(reason.code));
}

/** @throws EngineError `disk-needs-confirmation` with the reasons still to be agreed to */
export function checkConfirmed(disks: readonly PlannedDisk[], confirmed: Readonly<Record<string, readonly string[]>>): void {
  for (const { identity, confirm } of disks) {
    const agreed = new Set(confirmed[identity.id] ?? []);
    const open = confirm.filter((reason) => !agreed.has(reason.code));
    if (open.length > 0) {
      throw new EngineError('disk-needs-confirmation', { disk: nameOf(identity), reasons: open.map((reason) => reason.code).join(', ') });
    }
  }
}

/**
 * Looks at a planned disk afresh.
 * @throws EngineError when it is gone, is another one, or may not be written (any more)
 */
export async function recheck(host: Host, planned: PlannedDisk): Promise<Disk> {
  const disk = await checkVerdict(host, planned);
  checkSameDisk(planned.identity, await identifyAgain(host, planned.identity));
  return disk;
}

/**
 * Unmounts what is mounted from a disk that was just rechecked, and rechecks it as
 * the last thing before it is opened for writing.
 *
 * Unmounting itself writes: the superblock of a file system that lies within the
 * first MiB without a table, the "clean" mark of a FAT in its first sector. Of a
 * disk that was mounted the contents are therefore compared while they still are
 * what the plan saw, and after unmounting everything else instead: path, serial,
 * size, bus and model as ever, and in place of the hash every partition with the
 * serial number (UUID) of its file system, against what the plan said will be
 * lost. Another stick of the same size put in before the first look fails by the
 * hash; one put in during the unmounting fails by its partitions and file systems.
 * A disk that was not mounted is compared by its hash both times.
 * @param found what {@link recheck} returned
 * @throws EngineError as {@link recheck}, and what unmounting throws
 */
export async function releaseChecked(host: Host, planned: PlannedDisk, found: Disk, signal: AbortSignal): Promise<Disk> {
  const { identity } = planned;
  const wasMounted = found.partitions.some((partition) => partition.mountPoints.length > 0);
  await host.targets.release(identity, signal);
  if (!wasMounted) return recheck(host, planned);
  const disk = await checkVerdict(host, planned);
  const now = await identifyAgain(host, identity);
  // Without the right to read it neither look could tell what is on it.
  const blind = identity.tableHash === null;
  if (isSilent(identity, now)) throw new EngineError('disk-silent', { disk: nameOf(identity) });
  if (!blind && lasting(disk.partitions) !== lasting(planned.loses)) throw changed(identity, 'contents');
  checkSameDisk({ ...identity, tableHash: null }, now);
  return disk;
}

/** @throws EngineError when it is gone or may not be written, or not for the reasons that were agreed to */
async function checkVerdict(host: Host, planned: PlannedDisk): Promise<Disk> {
  const disk = await host.disks.find(planned.identity.id);
  checkMayWrite(disk, planned.systemDiskAllowed);
  // Agreed to once is not agreed to what came up since: a disk mounted meanwhile, say.
  const agreed = new Set(planned.confirm.map((reason) => reason.code));
  if (!planned.systemDiskAllowed) {
    const fresh = reasonsToConfirm(disk).find((reason) => !agreed.has(reason.code));
    if (fresh) throw new EngineError('disk-changed', { ...fresh.params, disk: nameOf(disk), what: fresh.code });
  }
  return disk;
}

/**
 * On a busy computer a model or serial number may be late and missing, and reading may take longer than anybody waits: what differs
 * is asked for again. So is a disk that is being pulled out, which fails to be read a moment before it is off the list.
 * @throws EngineError `disk-not-found` for one that is gone
 */
async function identifyAgain(host: Host, planned: DiskIdentity): Promise<DiskIdentity> {
  let now = await host.disks.identify(planned.id);
  for (let tries = 0; tries < TRIES && (differingField(planned, now) !== undefined || isSilent(planned, now)); tries++) {
    if (isSilent(planned, now)) await sleep(AGAIN_AFTER_MS);
    now = await host.disks.identify(planned.id);
  }
  // An empty card reader is still there; what was in it is gone.
  if (now.size === 0 && planned.size > 0) throw new EngineError('disk-not-found', { disk: nameOf(planned) });
  return now;
}
