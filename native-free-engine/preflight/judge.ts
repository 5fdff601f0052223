import { judgeActivity } from './checks/activity.ts';
import { judgeClock } from './checks/clock.ts';
import { judgeDestination } from './checks/destination.ts';
import { judgeDhcp } from './checks/dhcp.ts';
import { judgeEncryption } from './checks/encryption.ts';
import { judgeExternalDevices } from './checks/external-devices.ts';
import { judgeFileSystemScan } from './checks/file-system-scan.ts';
import { judgeFileSystem } from './checks/file-system.ts';
import { judgeFirmware } from './checks/firmware.ts';
import { judgeFragmentation } from './checks/fragmentation.ts';
import { judgeFreeSpace } from './checks/free-space.ts';
import { judgeHibernation } from './checks/hibernation.ts';
import { judgeHiddenDisks } from './checks/hidden-disks.ts';
import { judgeImageName } from './checks/image-name.ts';
import { judgeMemory } from './checks/memory.ts';
import { judgeOsPartitions } from './checks/os-partitions.ts';
import { judgePorts } from './checks/ports.ts';
import { judgePower } from './checks/power.ts';
import { judgeShrinking } from './checks/shrinking.ts';
import { judgeSmart } from './checks/smart.ts';
import { judgeSurface } from './checks/surface.ts';
import { judgeSysprep } from './checks/sysprep.ts';
import { judgeTarget } from './checks/target.ts';
import { judgeUpdates } from './checks/updates.ts';
import { CHECKS } from './applies.ts';
import type { CheckContext, CheckFacts } from './facts.ts';
import { diskSubject, MACHINE, resultsOf, unknownResult, type Judge } from './kit.ts';
import type { Thresholds } from './thresholds.ts';
import type { CheckId, CheckResult, MissingReason } from './types.ts';

const JUDGES: { readonly [C in CheckId]: Judge<C> } = {
  'power': judgePower,
  'clock': judgeClock,
  'firmware': judgeFirmware,
  'memory': judgeMemory,
  'updates': judgeUpdates,
  'external-devices': judgeExternalDevices,
  'hidden-disks': judgeHiddenDisks,
  'smart': judgeSmart,
  'activity': judgeActivity,
  'file-system': judgeFileSystem,
  'encryption': judgeEncryption,
  'hibernation': judgeHibernation,
  'os-partitions': judgeOsPartitions,
  'free-space': judgeFreeSpace,
  'fragmentation': judgeFragmentation,
  'sysprep': judgeSysprep,
  'shrinking': judgeShrinking,
  'image-name': judgeImageName,
  'destination': judgeDestination,
  'target': judgeTarget,
  'ports': judgePorts,
  'dhcp': judgeDhcp,
  'file-system-scan': judgeFileSystemScan,
  'surface': judgeSurface,
};

/** What a check says about the facts it was given. No I/O; the same facts always give the same results, at least one. */
export function judge<C extends CheckId>(check: C, facts: CheckFacts[C], context: CheckContext, limits: Thresholds): CheckResult[] {
  // No disk, no faults: that is not the same as a disk without faults.
  if (context.undecided && CHECKS[check].ofDisk) return [resultsOf(check)(MACHINE, 'unknown', 'not-chosen')];
  const results = JUDGES[check](facts, context, limits);
  const unreadable = 'unreadable' in facts ? facts.unreadable : [];
  if (unreadable.length === 0) return results;
  // A disk that could not be looked at has no partitions to find fault with: that is no reason to call it fine.
  const unknown = unreadable.map((disk) => unknownResult(check, diskSubject(disk), { reason: 'no-rights', from: disk.path, detail: '' }));
  return [...unknown, ...results.filter(({ subject, verdict, evidence }) => subject.kind !== 'machine' || verdict !== 'fine' || evidence.length > 0)];
}

/** What a check says that gave no answer at all. @param from what was asked */
export const gaveNoAnswer = (check: CheckId, reason: MissingReason, from: string, detail = ''): CheckResult => unknownResult(check, MACHINE, { reason, from, detail });
