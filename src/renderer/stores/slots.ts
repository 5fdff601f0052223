import type { Disk } from '../../contract/index.ts';
import { isBack, isStill } from './same-disk.ts';

/** A place in a list of disks. */
export interface Slot {
  readonly disk: Disk;
  /** It was pulled out: its place stays, so that no other disk moves under a mouse that is about to click. */
  readonly gone: boolean;
}

/** The places of a list after its disks have changed: each disk keeps its own, a new one comes last. The same array when nothing changed. */
export function settle(slots: readonly Slot[], disks: readonly Disk[]): readonly Slot[] {
  const kept = slots.map((slot): Slot => {
    const now = disks.find((disk) => (slot.gone ? isBack : isStill)(slot.disk, disk));
    if (now === slot.disk && !slot.gone) return slot;
    return now ? { disk: now, gone: false } : slot.gone ? slot : { ...slot, gone: true };
  });
  const placed = new Set(kept.filter(({ gone }) => !gone).map(({ disk }) => disk));
  const added = disks.filter((disk) => !placed.has(disk)).map((disk): Slot => ({ disk, gone: false }));
  // Who deletes a practice disk knows that it is gone.
  const stay = kept.filter(({ disk, gone }) => !(gone && disk.practice));
  return added.length === 0 && stay.length === slots.length && stay.every((slot, index) => slot === slots[index]) ? slots : [...stay, ...added];
}
