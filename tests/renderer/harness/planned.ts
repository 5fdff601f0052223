import type { Disk, PlannedDisk } from '../../../src/contract/index.ts';
import { harness } from './harness.ts';
import { Refusal } from './refusal.ts';

/** What every plan is made of. */

export const identity = (disk: Disk) => ({ id: disk.id, path: disk.path, model: disk.model, serial: disk.serial, size: disk.size, bus: disk.bus, tableHash: null });
export const find = (id: string): Disk => {
  const disk = harness.disks.find((found) => found.id === id);
  if (!disk) throw new Refusal('disk-not-found', { disk: id });
  return disk;
};
export const planned = (disk: Disk): PlannedDisk => ({
  identity: identity(disk), number: disk.number, practice: disk.practice, loses: disk.partitions,
  confirm: disk.verdict.kind === 'confirm' ? disk.verdict.reasons : [], systemDiskAllowed: false,
});
let count = 0;
export const base = () => ({ id: `plan-${(count += 1)}`, createdAt: new Date().toISOString() });
export const named = (disk: Disk) => `${disk.model} (${disk.number})`;
