import type { BlockSource } from '../../io/types.ts';
import type { WimHeader } from './header.ts';
import type { Resource } from './resource.ts';

/** One file of a WIM: the whole of it, or one part of a split one. */
export interface WimFile {
  /** For messages. */
  readonly path: string;
  readonly source: BlockSource;
  readonly header: WimHeader;
  /** The header's 208 bytes as they lay there when it was opened. */
  readonly head: Uint8Array;
}

/** Contents that files of the images share: known by their SHA-1, stored once. */
export interface Stream {
  /** SHA-1, lower-case hexadecimal. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
  /** How many directory entries of all images name it, by the file's own account. */
  readonly references: number;
  readonly resource: Resource;
  /** Where it begins in the unpacked resource: not 0 in a solid one only. */
  readonly offset: number;
}

/** What the lookup tables of all parts hold. */
export interface LookupTable {
  readonly streams: ReadonlyMap<string, Stream>;
  /** The metadata of each image, in the order of their numbers. */
  readonly metadata: readonly Stream[];
}
