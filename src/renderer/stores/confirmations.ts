import type { CapturePlan, PlannedDisk } from '../../contract/index.ts';

/** What the user agreed to, as `job.start` wants it: codes of reasons by `Disk.id`. */
export type Confirmed = Readonly<Record<string, readonly string[]>>;

export function isConfirmed(confirmed: Confirmed, diskId: string, code: string): boolean {
  return confirmed[diskId]?.includes(code) ?? false;
}

export function withConfirmation(confirmed: Confirmed, diskId: string, code: string, agreed: boolean): Confirmed {
  const others = (confirmed[diskId] ?? []).filter((other) => other !== code);
  return { ...confirmed, [diskId]: agreed ? [...others, code] : others };
}

/** How many confirmations are still open. */
export function openConfirmations(disks: readonly PlannedDisk[], confirmed: Confirmed): number {
  return disks.reduce((sum, disk) => sum + disk.confirm.filter((reason) => !isConfirmed(confirmed, disk.identity.id, reason.code)).length, 0);
}

/** How many conditions of a source are still to be agreed to. */
export function openStops(plan: CapturePlan, confirmed: Confirmed): number {
  return plan.stops.filter(({ code }) => !isConfirmed(confirmed, plan.disk.id, code)).length;
}
