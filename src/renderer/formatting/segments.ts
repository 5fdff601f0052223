import type { Partition, PlacedPartition } from '../../contract/index.ts';

/** A stretch of a drawn disk: a partition, or free space between them. */
export interface Segment {
  readonly key: string;
  readonly partition: Partition | null;
  /** Share of the whole disk, 0 to 1. */
  readonly share: number;
  /** Used share of the partition, 0 to 1, or null when unknown. */
  readonly used: number | null;
}

/** Free stretches smaller than this share are alignment gaps, which nobody wants to see. */
const SMALLEST_GAP = 0.004;

/** Partitions in the order in which they lie on the disk, with the free space between them. An extended partition is a box around others and is left out. */
export function segmentsOf(size: number, partitions: readonly Partition[]): Segment[] {
  if (size <= 0) return [];
  const segments: Segment[] = [];
  let end = 0;
  const gapTo = (offset: number) => {
    const share = (Math.min(offset, size) - end) / size;
    if (share > SMALLEST_GAP) segments.push({ key: `free-${end}`, partition: null, share, used: null });
  };
  for (const partition of [...partitions].sort((a, b) => a.offset - b.offset)) {
    if (partition.role === 'extended') continue;
    gapTo(partition.offset);
    segments.push({
      key: `partition-${partition.number}-${partition.offset}`,
      partition,
      share: Math.min(1, partition.length / size),
      used: partition.usedBytes === null || partition.length <= 0 ? null : Math.min(1, partition.usedBytes / partition.length),
    });
    end = Math.max(end, partition.offset + partition.length);
  }
  gapTo(size);
  return segments;
}

/** A planned layout as partitions that can be drawn; what is not restored is not in it. */
export function layoutPartitions(layout: readonly PlacedPartition[]): Partition[] {
  return layout.flatMap(({ number, name, role, fileSystem, usedBytes, to }) =>
    to === null ? [] : [{ number, name, role, fileSystem, usedBytes, offset: to.offset, length: to.length, type: '', mountPoints: [], active: false }]);
}
