import { randomUUID } from 'node:crypto';
import type { Disk, PlannedDisk, PlanStep } from '../contract/index.ts';
import type { Host } from '../host/host.ts';
import { checkNotBusy } from './disk-lock.ts';
import { checkMayWrite, nameOf, reasonsToConfirm } from './identity.ts';

export const heading = (): { id: string; createdAt: string } => ({ id: randomUUID(), createdAt: new Date().toISOString() });

export const step = (code: PlanStep['code'], params: PlanStep['params'] = {}): PlanStep => ({ code, params });

/** A disk that will be written, with what it loses. @throws EngineError `disk-busy` and what {@link checkMayWrite} throws */
export async function plannedDisk(host: Host, disk: Disk, systemDiskAllowed: boolean): Promise<PlannedDisk> {
  checkMayWrite(disk, systemDiskAllowed);
  await checkNotBusy(disk.id, nameOf(disk));
  return {
    identity: await host.disks.identify(disk.id),
    number: disk.number,
    practice: disk.practice,
    loses: disk.partitions,
    confirm: reasonsToConfirm(disk),
    systemDiskAllowed,
  };
}

/** What is done to a disk before the work itself. */
export const before = (disk: Disk): PlanStep[] => (disk.partitions.some((partition) => partition.mountPoints.length > 0) ? [step('unmount', { disk: nameOf(disk) })] : []);
/** And after it. */
export const after = (disk: Disk, eject: boolean): PlanStep[] => [step('reread', { disk: nameOf(disk) }), ...(eject && !disk.practice ? [step('eject', { disk: nameOf(disk) })] : [])];
