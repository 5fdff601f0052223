import { EngineError } from '../../native-free-engine/index.ts';
import type { Disk, DiskIdentity, PlannedDisk, Reason } from '../contract/index.ts';
import type { Host } from '../host/host.ts';

/** What must not have changed between the plan and the first write. */
const MUST_MATCH = ['path', 'serial', 'size', 'bus', 'model'] as const;

/** @throws EngineError `disk-changed`, naming what changed */
export function checkSameDisk(planned: DiskIdentity, now: DiskIdentity): void {
  const refuse = (what: string): never => {
    throw new EngineError('disk-changed', { disk: nameOf(planned), what });
  };
  for (const field of MUST_MATCH) if (planned[field] !== now[field]) refuse(field);
  // A plan made without the right to read the disk has no hash to compare; model, serial and size then have to do.
  if (planned.tableHash !== null && now.tableHash !== null && planned.tableHash !== now.tableHash) refuse('contents');
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
  throw new EngineError('disk-hidden', { disk: name, reason: [...codes].join(', ') });
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
 * Looks at a planned disk afresh, as the last thing before it is opened for writing.
 * @throws EngineError when it is gone, is another one, or may not be written (any more)
 */
export async function recheck(host: Host, planned: PlannedDisk): Promise<Disk> {
  const disk = await host.disks.find(planned.identity.id);
  checkMayWrite(disk, planned.systemDiskAllowed);
  // Agreed to once is not agreed to what came up since: a disk mounted meanwhile, say.
  const agreed = new Set(planned.confirm.map((reason) => reason.code));
  if (!planned.systemDiskAllowed) {
    const fresh = reasonsToConfirm(disk).find((reason) => !agreed.has(reason.code));
    if (fresh) throw new EngineError('disk-changed', { disk: nameOf(disk), what: fresh.code });
  }
  checkSameDisk(planned.identity, await host.disks.identify(disk.id));
  return disk;
}
