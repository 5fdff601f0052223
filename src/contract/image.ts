import { z } from 'zod';
import { partitionSchema } from './disk.ts';

export const checksumSchema = z.object({
  algorithm: z.enum(['sha256', 'sha1', 'md5']),
  hex: z.string(),
  /** The file beside the image it was found in, or null when it was typed. */
  from: z.string().nullable(),
});

/** What an image is, found out without writing anything. */
export const imageInfoSchema = z.object({
  location: z.string(),
  name: z.string(),
  /** Wrappings from the outside in: `gzip`, `xz`, `bzip2`, `zstd`, `lz4`, `zip`. */
  chain: z.array(z.string()),
  /** Bytes of the raw image, null when only unpacking will tell. */
  size: z.number().nullable(),
  storedSize: z.number().nullable(),
  /** `hybrid-iso`: bootable from a stick; `windows-iso`, `plain-iso`: written raw they would not boot. */
  kind: z.enum(['disk', 'file-system', 'hybrid-iso', 'windows-iso', 'plain-iso', 'unknown']),
  table: z.enum(['gpt', 'mbr', 'none', 'corrupt']),
  partitions: z.array(partitionSchema),
  label: z.string(),
  /** A `.bmap` lies beside it and fits: bytes it says hold data. */
  mappedBytes: z.number().nullable(),
  expected: z.array(checksumSchema),
});

export type Checksum = z.infer<typeof checksumSchema>;
export type ImageInfo = z.infer<typeof imageInfoSchema>;
