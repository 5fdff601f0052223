import type { ExtentSet } from '../base/extent.ts';
import type { BlockSource } from '../io/types.ts';
import type { AllocationMap, AllocationOptions, AllocationReader, FileOwner, OwnerFinder } from './allocation-types.ts';
import { btrfsAllocation } from './btrfs/allocation.ts';
import { exfatAllocation } from './exfat/allocation.ts';
import { extAllocation } from './ext/allocation.ts';
import { extOwners } from './ext/owners.ts';
import { fatAllocation } from './fat/allocation.ts';
import { ntfsAllocation } from './ntfs/allocation.ts';
import { ntfsOwners } from './ntfs/owners.ts';
import { swapAllocation } from './swap/allocation.ts';
import { xfsAllocation } from './xfs/allocation.ts';

const READERS: Readonly<Record<string, AllocationReader>> = {
  ntfs: ntfsAllocation,
  fat12: fatAllocation,
  fat16: fatAllocation,
  fat32: fatAllocation,
  exfat: exfatAllocation,
  ext2: extAllocation,
  ext3: extAllocation,
  ext4: extAllocation,
  xfs: xfsAllocation,
  btrfs: btrfsAllocation,
  swap: swapAllocation,
};

const OWNERS: Readonly<Record<string, OwnerFinder>> = { ntfs: ntfsOwners, ext2: extOwners, ext3: extOwners, ext4: extOwners };

/**
 * The allocation map of a volume; null for kinds that have none we can read (encrypted, LVM, unknown): those are taken whole.
 * @throws EngineError as {@link AllocationReader}
 */
export async function readAllocation(source: BlockSource, kind: string, options: AllocationOptions): Promise<AllocationMap | null> {
  const read = READERS[kind];
  return read ? read(source, options) : null;
}

/** The files that own `extents` of a volume; null for kinds where that cannot be told. */
export async function findOwners(source: BlockSource, kind: string, extents: ExtentSet, signal?: AbortSignal): Promise<FileOwner[] | null> {
  const find = OWNERS[kind];
  return find ? find(source, extents, signal) : null;
}
