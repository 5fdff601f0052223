import type { DiskFacts } from './facts.ts';

const byName = new Intl.Collator('en', { numeric: true });

/** System disks first, then real disks by name, practice disks last: the same order in every run on the same machine. */
export function inOrder(disks: readonly DiskFacts[]): DiskFacts[] {
  const rank = (disk: DiskFacts): number => {
    if (disk.practice) return 3;
    if (disk.uses.some((use) => use.kind === 'system')) return 0;
    return disk.bus === 'loop' ? 2 : 1;
  };
  return [...disks].sort((a, b) => rank(a) - rank(b) || byName.compare(a.id, b.id));
}

export interface Numbering {
  /** The disk's number, given to it now if it had none. */
  numberFor(id: string): number;
  /** The disk's number if it has one. */
  known(id: string): number | null;
}

/**
 * Numbers that stay with a disk for as long as the program runs: a disk that
 * comes back under its old name gets its old number, and no number ever moves
 * to a disk of another name, because a user may have it written down.
 * @param first the first number to give
 */
export function createNumbering(first: number): Numbering {
  const numbers = new Map<string, number>();
  return {
    numberFor(id) {
      let number = numbers.get(id);
      if (number === undefined) {
        number = first + numbers.size;
        numbers.set(id, number);
      }
      return number;
    },
    known: (id) => numbers.get(id) ?? null,
  };
}
