/**
 * Something wrong with a partition table, in structured words.
 * `error`: the table contradicts itself and cannot be relied on; `warning`: it
 * works, but a tool would complain.
 */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: 'warning' | 'error';
  readonly params: Readonly<Record<string, string | number>>;
}

export type ProblemCode =
  // MBR
  | 'mbr-status-invalid'
  | 'mbr-several-active'
  | 'mbr-several-extended'
  | 'ebr-signature-missing'
  | 'ebr-loop'
  | 'ebr-out-of-range'
  | 'ebr-too-many'
  | 'ebr-unreadable'
  // GPT
  | 'protective-mbr-missing'
  | 'protective-mbr-only'
  | 'gpt-primary-damaged'
  | 'gpt-backup-damaged'
  | 'gpt-copies-differ'
  | 'gpt-backup-not-at-end'
  | 'gpt-sector-size-differs'
  | 'gpt-hybrid-mbr'
  | 'gpt-duplicate-guid'
  // both
  | 'partition-overlaps'
  | 'partition-out-of-range'
  | 'partition-covers-table'
  // at the disk's end
  | 'firmware-raid'
  // met while looking at what the partitions hold
  | 'partition-unreadable';

export const warning = (code: ProblemCode, params: Problem['params'] = {}): Problem => ({ code, severity: 'warning', params });
export const fault = (code: ProblemCode, params: Problem['params'] = {}): Problem => ({ code, severity: 'error', params });

interface Numbered {
  readonly number: number;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
}

/** Which partitions share bytes: each is compared with those before it in order of offset, so the work stays n log n. */
export function findOverlaps(partitions: readonly Numbered[]): Problem[] {
  const problems: Problem[] = [];
  let reach: Numbered | undefined;
  for (const partition of [...partitions].sort((a, b) => a.offset - b.offset)) {
    if (reach && partition.offset < reach.offset + reach.length) {
      problems.push(fault('partition-overlaps', { first: reach.number, second: partition.number }));
    }
    if (!reach || partition.offset + partition.length > reach.offset + reach.length) reach = partition;
  }
  return problems;
}
