import { z } from 'zod';
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

export const isoRequestSchema = z.object({
  folder: z.string(),
  destination: z.string(),
  /** Name of the disc; empty for the folder's. */
  label: z.string(),
  /** Files to boot from; null for what lies where Windows media have it. */
  bios: z.string().nullable(),
  efi: z.string().nullable(),
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
  boot: z.object({ bios: z.string().nullable(), efi: z.string().nullable() }),
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

export type DiscInfo = z.infer<typeof discInfoSchema>;
export type IsoRequest = z.infer<typeof isoRequestSchema>;
export type IsoPlan = z.infer<typeof isoPlanSchema>;
export type ExtractRequest = z.infer<typeof extractRequestSchema>;
export type ExtractPlan = z.infer<typeof extractPlanSchema>;
