import { fault, findOverlaps, warning, type Problem } from '../problem.ts';
import type { MbrTable } from './read.ts';
import { isExtendedType } from './structs.ts';

/** Old tools round the last partition up to a whole cylinder, past the end of the image they made. */
const CYLINDER_BYTES = 255 * 63 * 512;

/** What is wrong with an MBR on a disk of `size` bytes. */
export function checkMbr(table: MbrTable, size: number): Problem[] {
  const problems: Problem[] = [...table.chainProblems];
  const primaries = table.partitions.filter((p) => !p.logical);

  if (primaries.filter((p) => p.active).length > 1) problems.push(warning('mbr-several-active'));
  const extended = primaries.filter((p) => isExtendedType(p.type));
  if (extended.length > 1) problems.push(fault('mbr-several-extended'));

  for (const partition of table.partitions) {
    const over = partition.offset + partition.length - size;
    if (over > 0) {
      const params = { partition: partition.number, bytes: over };
      const rounded = partition.offset < size && over < CYLINDER_BYTES;
      problems.push(rounded ? warning('partition-out-of-range', params) : fault('partition-out-of-range', params));
    }
    const container = extended[0];
    const outside =
      partition.logical &&
      container &&
      (partition.offset < container.offset || partition.offset + partition.length > container.offset + container.length);
    if (outside) problems.push(fault('partition-out-of-range', { partition: partition.number, container: container.number }));
  }

  // isohybrid and xorriso make a partition that starts at sector 0 and spans the whole ISO,
  // the EFI image inside it being another: strange, deliberate, and understood by firmware.
  const spanning = primaries.filter((p) => p.offset === 0);
  for (const partition of spanning) problems.push(warning('partition-covers-table', { partition: partition.number }));

  problems.push(...findOverlaps(primaries.filter((p) => p.offset !== 0)));
  problems.push(...findOverlaps(table.partitions.filter((p) => p.logical)));
  return problems;
}
