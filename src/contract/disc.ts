import { z } from 'zod';
import { plainErrorSchema } from './error.ts';
import { planBase } from './plan-parts.ts';

/** The trees of files that a disc may have, the one with most in it first. */
export const discViewSchema = z.enum(['udf', 'joliet', 'rock-ridge', 'iso9660']);

export const discBootSchema = z.object({
  platform: z.enum(['bios', 'efi', 'powerpc', 'mac', 'other']),
  emulation: z.enum(['none', 'floppy', 'hard-disk']),
  /** Where it lies, in bytes. */
  offset: z.number(),
  loadBytes: z.number(),
});

/** What is not taken over: links and devices, which lead elsewhere or hold nothing. */
export const leftOutSchema = z.object({ path: z.string(), why: z.enum(['link', 'special']) });

/** A CD, DVD or Blu-ray as an image, looked at without writing anything. */
export const discInfoSchema = z.object({
  location: z.string(),
  name: z.string(),
  label: z.string(),
  /** Bytes of the image. */
  size: z.number(),
  /** The tree that is read, and all there are. */
  view: discViewSchema,
  views: z.array(discViewSchema),
  boot: z.array(discBootSchema),
  files: z.int(),
  folders: z.int(),
  /** Bytes of all files. */
  bytes: z.number(),
  /** It installs or starts Windows. */
  windows: z.boolean(),
  leftOut: z.int(),
});

/** Whose names a new disc keeps: those that Windows reads, or as Linux has them, with links. */
export const isoNamesSchema = z.enum(['windows', 'linux']);

export const isoRequestSchema = z.object({
  folder: z.string(),
  destination: z.string(),
  /** Name of the disc; empty for the folder's. */
  label: z.string(),
  /** Files to boot from; null for what lies where Windows and Linux media have it. */
  bios: z.string().nullable(),
  efi: z.string().nullable(),
  /** Tell the file for a BIOS where on the disc it lies; one that is known to need it is told anyway. */
  bootInfo: z.boolean(),
  /** Those of Windows unless it is said. */
  names: isoNamesSchema.optional(),
  /** Of no account with the names of Linux, which go without it. */
  udf: z.boolean(),
  /** Boots from a stick as well when it is written to one. */
  hybrid: z.boolean(),
  overwrite: z.boolean(),
});

export const isoPlanSchema = z.object({
  kind: z.literal('iso'), ...planBase,
  ...isoRequestSchema.shape,
  /** Bytes of the ISO, exactly. */
  size: z.number(),
  files: z.int(),
  folders: z.int(),
  views: z.array(discViewSchema),
  /** What it boots from, as paths; null for nothing. `efi.img` is one that is made of the loaders in efi/boot. */
  boot: z.object({ bios: z.string().nullable(), efi: z.string().nullable(), bootInfo: z.boolean() }),
  /** The first of what is left out, and how many there are. */
  leftOut: z.array(leftOutSchema),
  leftOutCount: z.int(),
  /** Bytes free where it goes, null when it cannot be told. */
  freeBytes: z.number().nullable(),
});

export const extractRequestSchema = z.object({
  /** The ISO. */
  location: z.string(),
  folder: z.string(),
  /** Files, and folders with what is in them; empty for everything. */
  paths: z.array(z.string()),
  overwrite: z.boolean(),
});

export const extractPlanSchema = z.object({
  kind: z.literal('extract'), ...planBase,
  image: discInfoSchema,
  folder: z.string(),
  paths: z.array(z.string()),
  overwrite: z.boolean(),
  files: z.int(),
  /** Bytes of the files to extract. */
  bytes: z.number(),
  freeBytes: z.number().nullable(),
});

/** A folder that is to become an ISO, looked at without writing anything. */
export const isoFolderSchema = z.object({
  folder: z.string(),
  /** What the disc is called unless somebody says otherwise. */
  label: z.string(),
  files: z.int(),
  folders: z.int(),
  /** Bytes of all files. */
  bytes: z.number(),
  /** Bytes of the ISO as it would be. */
  size: z.number(),
  views: z.array(discViewSchema),
  /** What was found to boot from, as in a plan. */
  boot: z.object({ bios: z.string().nullable(), efi: z.string().nullable(), bootInfo: z.boolean() }),
  /** Why what was found cannot be used; `boot` is then empty. */
  bootError: plainErrorSchema.nullable(),
  /** Why its names are none for Windows; the rest is then said of a disc with the names of Linux. */
  nameError: plainErrorSchema.nullable(),
  leftOut: z.array(leftOutSchema),
  leftOutCount: z.int(),
});

/** Which part of a disc's tree to show. */
export const discListRequestSchema = z.object({
  location: z.string(),
  /** A folder of the disc, '' for its root; what is in it, but not in folders in it. */
  folder: z.string(),
  /** Not empty: instead all files and folders whose name holds this, wherever they lie. */
  search: z.string(),
});

export const discEntrySchema = z.object({
  path: z.string(),
  kind: z.enum(['file', 'folder']),
  /** Bytes; of a folder all that is in it. */
  size: z.number(),
  /** Files in a folder, however deep; 1 for a file. */
  files: z.int(),
});

/** Folders first, by name; `total` is more than `entries` has where there are too many to show. */
export const discListSchema = z.object({ entries: z.array(discEntrySchema), total: z.int() });

export type DiscEntry = z.infer<typeof discEntrySchema>;
export type DiscList = z.infer<typeof discListSchema>;
export type DiscListRequest = z.infer<typeof discListRequestSchema>;
export type IsoFolder = z.infer<typeof isoFolderSchema>;
export type DiscInfo = z.infer<typeof discInfoSchema>;
export type IsoNames = z.infer<typeof isoNamesSchema>;
export type IsoRequest = z.infer<typeof isoRequestSchema>;
export type IsoPlan = z.infer<typeof isoPlanSchema>;
export type ExtractRequest = z.infer<typeof extractRequestSchema>;
export type ExtractPlan = z.infer<typeof extractPlanSchema>;
