import { EngineError } from '../../base/errors.ts';
import { checkRange } from '../../io/bounds.ts';
import { UdfLongAllocation } from './structs.ts';
import type { UdfVolume } from './volume.ts';

/** A block of a partition. */
export interface UdfAddress {
  readonly block: number;
  /** The number of a partition map. */
  readonly partition: number;
}

export function longAddress(longAllocation: Uint8Array): UdfAddress {
  const { block, partition } = UdfLongAllocation.read(longAllocation);
  return { block, partition };
}

/**
 * Where `length` bytes at an address lie, in bytes of the source.
 * @throws EngineError `struct-invalid` for a partition that is not there, `struct-out-of-bounds` outside of it
 */
export function placeOf(volume: UdfVolume, { block, partition }: UdfAddress, length: number): number {
  const extent = volume.partitions[partition];
  if (!extent) throw new EngineError('struct-invalid', { struct: UdfLongAllocation.name, field: 'partition', value: partition });
  checkRange('UdfPartition', block * volume.blockSize, length, extent.length);
  return extent.offset + block * volume.blockSize;
}
