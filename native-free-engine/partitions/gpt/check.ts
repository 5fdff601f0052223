import { fault, findOverlaps, warning, type Problem } from '../problem.ts';
import type { GptCopy, GptTable } from './read.ts';

/** The copy to go by: the primary, or the backup when the primary is damaged. */
export const copyInUse = (table: GptTable): GptCopy => {
  const copy = table.primary ?? table.backup;
  if (!copy) throw new Error('a GPT with neither copy');
  return copy;
};

/**
 * What is wrong with a GPT: each copy for itself, then the two compared, then the partitions.
 * @param size bytes of the disk
 * @param sectorSize of the disk; the table may have been made for another
 */
export function checkGpt(table: GptTable, size: number, sectorSize: number): Problem[] {
  const problems: Problem[] = [];
  const copy = copyInUse(table);
  const lastLba = Math.floor(size / copy.sectorSize) - 1;

  if (copy.sectorSize !== sectorSize) {
    problems.push(warning('gpt-sector-size-differs', { table: copy.sectorSize, disk: sectorSize }));
  }
  if (table.primaryFault) problems.push(fault('gpt-primary-damaged', { reason: String(table.primaryFault.params['reason'] ?? table.primaryFault.code) }));
  if (table.backupFault) problems.push(warning('gpt-backup-damaged', { reason: String(table.backupFault.params['reason'] ?? table.backupFault.code) }));
  if (table.primary && table.backup && !sameTable(table.primary, table.backup)) problems.push(fault('gpt-copies-differ'));
  // An image written to a larger disk leaves its backup in the middle: it works, and every tool offers to move it.
  if (table.primary && table.primary.alternateLba !== lastLba) {
    problems.push(warning('gpt-backup-not-at-end', { expected: lastLba, found: table.primary.alternateLba }));
  }

  const seen = new Set<string>();
  for (const partition of copy.partitions) {
    const end = partition.offset + partition.length;
    const firstUsable = copy.firstUsableLba * copy.sectorSize;
    const endUsable = (copy.lastUsableLba + 1) * copy.sectorSize;
    if (partition.offset < firstUsable || end > endUsable || end > size) {
      problems.push(fault('partition-out-of-range', { partition: partition.number, bytes: Math.max(0, end - Math.min(size, endUsable)) }));
    }
    if (seen.has(partition.id)) problems.push(warning('gpt-duplicate-guid', { partition: partition.number }));
    seen.add(partition.id);
  }
  problems.push(...findOverlaps(copy.partitions));
  return problems;
}

function sameTable(primary: GptCopy, backup: GptCopy): boolean {
  return (
    primary.diskGuid === backup.diskGuid &&
    primary.entriesCrc === backup.entriesCrc &&
    primary.firstUsableLba === backup.firstUsableLba &&
    primary.lastUsableLba === backup.lastUsableLba &&
    primary.entryCount === backup.entryCount
  );
}
