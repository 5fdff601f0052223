import { z } from 'zod';
import { plainErrorSchema } from './error.ts';
import { badSchema, compressionSchema, imagedPartitionSchema, unfinishedCaptureSchema } from './imaging.ts';

/** Formats that hold a disk; `raw` may be packed. */
export const diskImageFormatSchema = z.enum(['raw', 'qcow2', 'vhd', 'vhdx', 'vmdk', 'partclone', 'clonezilla']);

/** The disk an image was taken from. */
export const imageSourceSchema = z.object({
  machine: z.string(), system: z.string(), model: z.string(), serial: z.string(), bus: z.string(), path: z.string(), number: z.int(),
  size: z.number(), logicalSectorSize: z.number(), physicalSectorSize: z.number(),
});

/** What the manifest beside an image of this program says of it as a whole. */
export const imageIdentitySchema = z.object({
  /** UUID; an image keeps it whatever its file is called. */
  id: z.string(),
  createdAt: z.string(),
  program: z.object({ name: z.string(), version: z.string() }),
  description: z.string(),
  purpose: z.string(),
  compression: compressionSchema,
  clusterSize: z.number(),
  usedBytes: z.number(),
  /** Pieces of a split image, 0 when it is one file. */
  parts: z.int(),
  source: imageSourceSchema,
  bad: badSchema,
  /** SHA-256 of the manifest, hexadecimal. */
  manifestSha256: z.string(),
});

/** An image that another one builds on. */
export const chainLinkSchema = z.object({
  /** Empty for an image of another program. */
  id: z.string(),
  name: z.string(),
  /** Where it is now, null when it cannot be found. */
  path: z.string().nullable(),
  /** Where it was when the image that builds on it was made; empty when that is not recorded. */
  lastSeen: z.string(),
  createdAt: z.string().nullable(),
  /** Missing, or another one than was recorded. */
  error: plainErrorSchema.nullable(),
});

/** An image that holds a disk, of this program or of another one, found out without writing anything. */
export const diskImageSchema = z.object({
  location: z.string(),
  name: z.string(),
  format: diskImageFormatSchema,
  /** The variant as people name it: `dynamic`, `stream-optimised`, `v3 zstd`; empty when there is only one. */
  variant: z.string(),
  /** Bytes of the disk in it. */
  size: z.number(),
  sectorSize: z.number(),
  /** Bytes of its files. */
  storedBytes: z.number(),
  /** Every file it is made of, its own first, backing files included. */
  files: z.array(z.string()),
  /** It holds one volume, not a disk with its table. */
  volumeOnly: z.boolean(),
  table: z.enum(['gpt', 'mbr', 'none', 'corrupt']),
  partitions: z.array(imagedPartitionSchema),
  /** Bytes that hold anything, null when the format cannot tell. */
  usedBytes: z.number().nullable(),
  /** Null for an image of another program. */
  identity: imageIdentitySchema.nullable(),
  /** What it builds on, nearest first; empty for a whole image. */
  chain: z.array(chainLinkSchema),
  /** Of an image of another program, by which it is told from what it was: when its files last changed, milliseconds since 1970. Null on the web; reports of earlier versions lack it. */
  changedAt: z.number().nullable().optional(),
});

/** Several images of one disk made at different times hang together; a library shows them so. */
export const libraryImageSchema = z.object({
  path: z.string(),
  name: z.string(),
  identity: imageIdentitySchema,
  /** Bytes of the disk in it. */
  size: z.number(),
  storedBytes: z.number(),
  /** One line for each partition: what a glance at a list needs. */
  partitions: z.array(z.object({ number: z.int(), role: imagedPartitionSchema.shape.role, kind: z.string(), label: z.string(), usedBytes: z.number() })),
  /** What it builds on; null for a whole image. */
  parent: chainLinkSchema.nullable(),
  /** Paths of the images of this library that build on it. */
  children: z.array(z.string()),
});

export const libraryFolderSchema = z.object({
  path: z.string(),
  /** Bytes; null when it cannot be told. */
  freeBytes: z.number().nullable(),
  /** The largest file that this file system can hold, bytes; null when there is no limit worth a word. */
  maxFileBytes: z.number().nullable(),
  /** `Disk.id` of the disks that it lies on; empty for a network drive. */
  disks: z.array(z.string()),
  /** It is not there, or may not be read. */
  error: plainErrorSchema.nullable(),
});

export const libraryListingSchema = libraryFolderSchema.extend({
  images: z.array(libraryImageSchema),
  unfinished: z.array(unfinishedCaptureSchema),
  /** Files that look like images of this program and cannot be read as such. */
  faulty: z.array(z.object({ path: z.string(), error: plainErrorSchema })),
});

export type ImageIdentity = z.infer<typeof imageIdentitySchema>;
export type ChainLink = z.infer<typeof chainLinkSchema>;
export type DiskImageInfo = z.infer<typeof diskImageSchema>;
export type LibraryImage = z.infer<typeof libraryImageSchema>;
export type LibraryFolder = z.infer<typeof libraryFolderSchema>;
export type LibraryListing = z.infer<typeof libraryListingSchema>;
