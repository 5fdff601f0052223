import type { ExtentSet } from '../base/extent.ts';

/** Anything that can be read at any byte offset. */
export interface BlockSource {
  /** In bytes. */
  readonly size: number;
  /** Logical sector size in bytes, 512 or 4096 for disks. */
  readonly sectorSize: number;
  /**
   * Fills the whole of `buffer` from byte `offset`: all or throw.
   * @throws EngineError `struct-out-of-bounds` when the range does not lie within `size`
   */
  readInto(offset: number, buffer: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** A source that knows which of its bytes hold anything; the rest reads as zeros. */
export interface SparseSource extends BlockSource {
  usedExtents(): Promise<ExtentSet>;
}

/** Anything that can be written at any byte offset. */
export interface BlockSink {
  readonly size: number;
  readonly sectorSize: number;
  /** Extents must arrive in ascending order without gaps (a compressed image); a disk does not need it. */
  readonly ordered: boolean;
  /** What was not written since it was opened is known to read as zeros. */
  readonly readsZero: boolean;
  /** Writes the whole of `data` at byte `offset`: all or throw. */
  writeAt(offset: number, data: Uint8Array): Promise<void>;
  /** Returns when everything written is on stable storage. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface BlockDevice extends BlockSource, BlockSink {}

/** Bytes that come one after the other, as out of a decompressor. */
export interface ByteStream {
  /** Bytes in all, or null when only the end will tell. */
  readonly size: number | null;
  /**
   * Fills `buffer` as far as the stream goes. Returns the bytes delivered:
   * less than asked for only at the end, 0 after it.
   */
  read(buffer: Uint8Array): Promise<number>;
  /** Bytes taken so far from the file or URL at the bottom, for a progress bar when `size` is null. */
  consumed(): number;
  close(): Promise<void>;
}
