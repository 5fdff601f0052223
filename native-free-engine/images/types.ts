import type { ExtentSet } from '../base/extent.ts';
import type { ChecksumAlgorithm } from '../codecs/checksums.ts';
import type { BlockSource, ByteStream } from '../io/types.ts';

export type ContainerKind = 'gzip' | 'xz' | 'bzip2' | 'zstd' | 'lz4' | 'zip';

export interface ExpectedChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Lower-case hexadecimal. */
  readonly hex: string;
  /** The file beside the image it was found in, or null when the user typed it. */
  readonly from: string | null;
}

/** A block map: the ranges of an image that hold data, each with its checksum. */
export interface BlockMap {
  readonly imageSize: number;
  readonly blockSize: number;
  readonly mapped: ExtentSet;
  /** One entry a range in the file's order; `hex` is null in versions of the format without checksums. */
  readonly ranges: readonly { readonly offset: number; readonly length: number; readonly hex: string | null }[];
  readonly checksumType: 'sha256' | 'sha1' | 'md5' | null;
}

/** An image as the pipeline sees it: the raw bytes of a disk, whatever they are packed in. */
export interface ImageSource {
  /** The file's own name, for people. */
  readonly name: string;
  /** The path or URL as given. */
  readonly location: string;
  /** The wrappings from the outside in: `img.zip.gz` is `['gzip', 'zip']`. */
  readonly chain: readonly ContainerKind[];
  /** Bytes of the raw image, or null when only unpacking will tell. */
  readonly size: number | null;
  /** Bytes of the outermost file, or null when the server does not say. */
  readonly storedSize: number | null;
  /** The image's first bytes (up to 1 MiB), for recognising it. */
  readonly head: Uint8Array;
  /** Random access where nothing has to be unpacked, else null. */
  readonly block: BlockSource | null;
  /** The image's bytes from `offset` on. Each call is a reader of its own; packed images unpack again from the start. */
  openStream(offset: number): Promise<ByteStream>;
  close(): Promise<void>;
}
