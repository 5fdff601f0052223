import type { BlockSource } from '../io/types.ts';

/** What can be told about a file system without mounting it. */
export interface FileSystemFacts {
  /** The field's own short name, `ntfs`, `fat32`, `ext4`, `luks`, ... */
  readonly kind: string;
  readonly label: string;
  /** As `blkid` prints it; empty when there is none. */
  readonly uuid: string;
  /** Bytes in use; null when that would take long to find out. */
  readonly usedBytes: number | null;
  /** What of an operating system lies in it, where that is cheap to see. */
  readonly holds: { readonly windows: boolean; readonly bootmgr: boolean; readonly linuxRoot: boolean };
}

/** A place where a file system may be: a partition, a whole disk, an image. */
export interface Volume {
  readonly source: BlockSource;
  /** The first bytes, read once for all recognisers: up to {@link HEAD_BYTES}. */
  readonly head: Uint8Array;
}

/** Every superblock but those at a volume's end lies within this: the last is btrfs's at 64 KiB. */
export const HEAD_BYTES = 68 * 1024;

/** Null: not this kind. Throws an EngineError when it has the magic but makes no sense. */
export type Recogniser = (volume: Volume) => Promise<FileSystemFacts | null> | FileSystemFacts | null;

export const facts = (kind: string, more: Partial<Omit<FileSystemFacts, 'kind'>> = {}): FileSystemFacts => ({
  kind,
  label: '',
  uuid: '',
  usedBytes: null,
  holds: { windows: false, bootmgr: false, linuxRoot: false },
  ...more,
});
