import type { ChosenPartition } from '../../../native-free-engine/index.ts';
import type { Partition } from '../../contract/index.ts';

/** The partitions of a disk or of an image, as checks see them: which system starts from each, and whether it is chosen. */
export function chosenPartitions(partitions: readonly Partition[], isChosen: (number: number) => boolean): ChosenPartition[] {
  const windows = partitions.some(({ role }) => role === 'microsoft-reserved' || role === 'system-reserved');
  const hidden = hiddenSystems(partitions, windows);
  return partitions.filter(({ role }) => role !== 'extended').map((partition): ChosenPartition => ({
    number: partition.number, name: partition.fileSystem?.label || partition.name, role: partition.role, offset: partition.offset, length: partition.length,
    usedBytes: partition.usedBytes, active: partition.active, chosen: isChosen(partition.number),
    os: hidden.get(partition) ?? (partition.role !== 'os' ? '' : partition.fileSystem?.kind === 'ntfs' || partition.fileSystem?.kind === 'bitlocker' || windows ? 'windows' : 'other'),
  }));
}

/**
 * A system behind encryption, or in logical volumes, does not show itself: where one is to be expected and none is seen, it is the largest
 * that hides what it holds.
 */
function hiddenSystems(partitions: readonly Partition[], windows: boolean): Map<Partition, string> {
  const largest = (...kinds: readonly string[]): Partition | undefined => partitions.filter(({ fileSystem }) => kinds.includes(fileSystem?.kind ?? '')).sort((a, b) => b.length - a.length)[0];
  const seen = partitions.filter(({ role }) => role === 'os');
  const found = new Map<Partition, string>();
  const bitlocker = windows && !seen.some(({ fileSystem }) => fileSystem?.kind === 'ntfs') ? largest('bitlocker') : undefined;
  if (bitlocker) found.set(bitlocker, 'windows');
  const starts = partitions.some(({ role }) => role === 'efi-system' || role === 'bios-boot');
  const other = starts && seen.length === 0 ? largest('luks', 'lvm2') : undefined;
  if (other) found.set(other, 'other');
  return found;
}
