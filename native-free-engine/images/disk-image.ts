import type { SparseSource } from '../io/types.ts';

/** Formats that hold a disk; `raw` may be packed. */
export type DiskImageFormat = 'raw' | 'qcow2' | 'vhd' | 'vhdx' | 'vmdk' | 'partclone' | 'clonezilla';

/** The disk in an image file, whatever format it has. Bytes that no extent of it covers read as zeros. */
export interface DiskImage extends SparseSource {
  readonly format: DiskImageFormat;
  /** The variant as people name it: `dynamic`, `fixed`, `stream-optimised`, `v3 zstd`; empty when there is only one. */
  readonly variant: string;
  /** The path it was opened by. */
  readonly location: string;
  /** Every file it is made of, its own first: extents, parts, backing files. For "is the image on that disk?". */
  readonly files: readonly string[];
  /** Packed as one stream: reads must come in ascending order, and one reader at a time. */
  readonly ordered: boolean;
  /** The image holds one volume, not a disk with its table (partclone). */
  readonly volumeOnly: boolean;
}

export interface OpenDiskImageOptions {
  readonly signal?: AbortSignal;
  /** Reads of the image's own file block the thread: for worker threads, which have nothing else to do meanwhile. */
  readonly blocking?: boolean;
  /** The caller compares whole clusters with hashes of its own: an image's own checksums of packed clusters are then left alone. */
  readonly hashed?: boolean;
  /** Where what has to be unpacked on the way goes. */
  readonly tempDir?: string;
  /**
   * Finds a backing file that does not lie where the image says; given the recorded name, returns a path or null.
   * Default: beside the image, by its base name.
   */
  readonly findBacking?: (recorded: string, child: string) => Promise<string | null>;
}
