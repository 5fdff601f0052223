import type { Disk } from '../../contract/index.ts';

/** What a disk is told by, beside its path. */
export type Told = Pick<Disk, 'id' | 'model' | 'serial' | 'size'>;

/**
 * Whether the disk at a path is still the one that was there: when a stick is pulled, the next one gets its path.
 * What is only known by now is no difference.
 */
export function isStill(before: Told, now: Told): boolean {
  const agree = (was: string, is: string) => was.trim() === '' || is.trim() === '' || was.trim() === is.trim();
  return before.id === now.id && before.size === now.size && agree(before.model, now.model) && agree(before.serial, now.serial);
}

/** The same for a disk that was away in between: of two sticks of a kind, only a serial number tells which one came back. */
export const isBack = (before: Told, now: Told): boolean => isStill(before, now) && before.serial.trim() !== '' && before.serial.trim() === now.serial.trim();
