import type { ExtentSet } from '../base/extent.ts';
import type { BlockSource } from '../io/types.ts';

/** Contents that are not worth an image, left out by name: the file stays, its bytes read as zeros. */
export interface LeftOut {
  /** `pagefile.sys`, ... */
  readonly name: string;
  readonly extents: ExtentSet;
}

/**
 * `dirty`: was not unmounted cleanly; `hibernated`: Windows sleeps in it or used fast start-up;
 * `journal`: changes wait in the file system's log and are not yet in place.
 */
export type VolumeCondition = 'dirty' | 'hibernated' | 'journal';

/** Which bytes of a volume hold anything, told by its file system without mounting it. */
export interface AllocationMap {
  /** Bytes of the smallest piece that is allocated: cluster, block. */
  readonly unit: number;
  /**
   * Bytes from the start of the volume. Whatever the file system needs is in it:
   * boot sector and its copy, superblocks, maps, journal. Without what `leftOut` names.
   */
  readonly used: ExtentSet;
  readonly leftOut: readonly LeftOut[];
  readonly conditions: readonly VolumeCondition[];
  /**
   * SHA-256, hexadecimal, of the allocation map and of what changes whenever the volume is mounted for writing:
   * as long as it is the same, nothing was written to the volume in between.
   */
  readonly fingerprint: string;
}

export interface AllocationOptions {
  /** Leave out the contents of page and hibernation files. */
  readonly leaveOutSwapFiles: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Reads the allocation map of a volume that the recogniser of the same kind has accepted.
 * Memory is bounded whatever the volume claims; every extent lies within the source.
 * @throws EngineError `struct-invalid`, `struct-out-of-bounds`, `number-unsafe`, `allocation-invalid` for
 *   structures that make no sense (the caller then takes the volume whole); errors of reading as they come
 */
export type AllocationReader = (source: BlockSource, options: AllocationOptions) => Promise<AllocationMap>;

/** A file that owns some bytes that were asked about. */
export interface FileOwner {
  /** From the volume's root, `/` between names; or the file system's own name for one of its structures, `$MFT`. */
  readonly path: string;
  /** How many of the bytes asked about belong to it. */
  readonly bytes: number;
}

/**
 * Names the files that own bytes of a volume, as far as they can be found: for the report on bad sectors.
 * A structure that cannot be read leaves its files out; it does not throw for them.
 * @param extents bytes from the start of the volume
 */
export type OwnerFinder = (source: BlockSource, extents: ExtentSet, signal?: AbortSignal) => Promise<FileOwner[]>;
