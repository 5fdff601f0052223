import { truncate } from 'node:fs/promises';
import { EngineError, type BlockDevice } from '../../native-free-engine/index.ts';
import type { Disk, DiskIdentity } from '../contract/index.ts';
import type { Disks } from './disks.ts';
import type { TargetControl } from './host.ts';
import { practicePath } from './practice.ts';

/** What differs from system to system in handling a real disk as a target. */
export interface TargetSystem {
  needsRights(disk: Disk): Promise<boolean>;
  /** @throws EngineError `target-in-use`, `rights-needed` */
  release(disk: Disk, signal: AbortSignal): Promise<void>;
  /** The last thing before a disk is opened for writing: takes away what would keep writes out. */
  prepare(disk: Disk): Promise<void>;
  /** Makes the whole disk read as zeros where that is quick. Returns whether it does now. */
  clear(disk: Disk): Promise<boolean>;
  reread(disk: DiskIdentity): Promise<void>;
  eject(disk: DiskIdentity): Promise<boolean>;
}

/** The rules that hold on every system around {@link TargetSystem}: judge first, practice disks are plain files. */
export function createTargets(disks: Disks, system: TargetSystem): TargetControl {
  const isPractice = (disk: DiskIdentity): boolean => practicePath(disk.id) !== null;

  return {
    async needsRights(identity) {
      const disk = await disks.judge(identity.id);
      return disk.practice ? disk.readOnly : system.needsRights(disk);
    },
    async release(identity, signal) {
      if (isPractice(identity)) return;
      const disk = await disks.judge(identity.id);
      // What the running system stands on is never unmounted, whatever was allowed; opening decides about it.
      if (disk.verdict.reasons.some((reason) => SYSTEM_REASONS.has(reason.code) && disk.verdict.kind === 'hidden')) return;
      if (disk.verdict.kind === 'hidden') throw refusal(disk);
      await system.release(disk, signal);
    },
    async openTarget(identity, { wantZeros, allowSystemDisk = false }) {
      const disk = await disks.judge(identity.id);
      const forced = allowSystemDisk && !disk.practice && mayBeForced(disk);
      if (disk.verdict.kind === 'hidden' && !forced) throw refusal(disk);
      // The system's own disk is held by its mounts: to be alone on it is more than can be had.
      const options = { write: true, exclusive: !disk.practice && !forced, sectorSize: disk.logicalSectorSize };
      if (!disk.practice) await system.prepare(disk);
      const readsZero = wantZeros && !forced && (disk.practice ? await emptyFile(disk) : await system.clear(disk));
      return disks.open(disk, { ...options, readsZero });
    },
    async openSource(identity): Promise<BlockDevice> {
      const disk = await disks.judge(identity.id);
      return disks.open(disk, { write: false, exclusive: false, sectorSize: disk.logicalSectorSize });
    },
    async reread(identity) {
      if (!isPractice(identity)) await system.reread(identity);
      disks.refresh();
    },
    async eject(identity) {
      if (isPractice(identity)) return false;
      const ejected = await system.eject(identity);
      disks.refresh();
      return ejected;
    },
  };
}

/** Reasons to take a disk for a part of the running system. */
const SYSTEM_REASONS: ReadonlySet<string> = new Set(['system', 'system-unknown', 'swap']);

/** The flag lifts only what it spells out: that the running system may be lost. */
function mayBeForced(disk: Disk): boolean {
  const liftable = new Set(['system', 'system-unknown', 'swap', 'lvm', 'raid', 'encrypted-in-use', 'in-use']);
  const reasons = disk.verdict.reasons.map((reason) => reason.code);
  return reasons.some((code) => SYSTEM_REASONS.has(code)) && reasons.every((code) => liftable.has(code));
}

/** Why a hidden disk may not be written. */
export function refusal(disk: Disk): EngineError {
  const codes = disk.verdict.reasons.map((reason) => reason.code);
  if (!disk.practice && codes.some((code) => SYSTEM_REASONS.has(code))) return new EngineError('disk-is-system', { disk: disk.path });
  if (codes.includes('read-only')) return new EngineError('target-read-only', { disk: disk.path });
  if (disk.practice) return new EngineError('target-in-use', { disk: disk.path });
  return new EngineError('disk-hidden', { disk: disk.path, reason: codes[0] ?? '' });
}

/** An empty file grown to its old size reads as zeros and takes no space. */
async function emptyFile(disk: Disk): Promise<boolean> {
  await truncate(disk.path, 0);
  await truncate(disk.path, disk.size);
  return true;
}
