import { z } from 'zod';
import { customisingSchema, type Customising } from './answer-file.ts';
import { driverWishSchema, type DriverWish } from './drivers.ts';
import { planBase, plannedDiskSchema } from './plan-parts.ts';

/** What starts a stick: PCs with UEFI (GPT), with a BIOS (MBR), or both kinds (MBR). */
export const stickFirmwareSchema = z.enum(['uefi', 'bios', 'both']);

/** One Windows that a medium installs, as the WIM's own XML tells it. Texts are empty where it says nothing. */
export const windowsEditionSchema = z.object({
  /** The WIM it is in, as it lies on the medium, and its number there, from 1. */
  wim: z.string(),
  index: z.int(),
  /** `Windows 11 Pro`. */
  name: z.string(),
  /** `Professional`. */
  edition: z.string(),
  /** `x64`, `arm64`, `x86`. */
  architecture: z.string(),
  /** The default one first. */
  languages: z.array(z.string()),
  /** `10.0.26100.1742`; empty when it is not told. */
  version: z.string(),
  createdAt: z.string().nullable(),
  /** Bytes that it takes installed. */
  size: z.number(),
});

/** A Windows disc, found out without writing anything. */
export const windowsMediaSchema = z.object({
  location: z.string(),
  /** The file's own name, for people. */
  name: z.string(),
  label: z.string(),
  /** Bytes of the ISO. */
  size: z.number(),
  editions: z.array(windowsEditionSchema),
  /** The WIMs that Setup installs from. `solid`: packed as one block, which cannot be split as it is. */
  installs: z.array(z.object({ path: z.string(), format: z.enum(['wim', 'esd', 'swm']), size: z.number(), solid: z.boolean() })),
  /** Architectures that PCs with UEFI start it on; empty when they do not. */
  uefi: z.array(z.string()),
  /** A BIOS can start it. */
  bios: z.boolean(),
  files: z.int(),
  /** Bytes of all files. */
  bytes: z.number(),
});

/** A plan has every option filled in already. */
const wholeCustomisingSchema = z.custom<Customising>((value) => customisingSchema.safeParse(value).success);
const wholeDriverWishSchema = z.custom<DriverWish>((value) => driverWishSchema.safeParse(value).success);

export const windowsStickPlanSchema = z.object({
  kind: z.literal('windows-stick'), ...planBase,
  image: windowsMediaSchema,
  firmware: stickFirmwareSchema,
  table: z.enum(['gpt', 'mbr']),
  /** Of the volume. */
  label: z.string(),
  /** WIMs that are too large for FAT32 in one piece, part by part. */
  parts: z.array(z.object({ path: z.string(), of: z.string(), size: z.number() })),
  /** Numbers of the Windows that go along, from 1; null: all. */
  editions: z.array(z.int()).nullable(),
  /**
   * Install images that are packed anew before any disk is touched: `images` of them, by number. Bytes of the new WIM: `about`, and `most`
   * it can have. The parts that it is split into are not known yet.
   */
  repacks: z.array(z.object({ path: z.string(), images: z.array(z.int()), about: z.number(), most: z.number() })),
  /** How they are packed: quickly, or to as little as can be. */
  repackedAs: z.enum(['lzx', 'xpress']),
  /** Where they are packed; null when none is. */
  workFolder: z.string().nullable(),
  /** Files added to those of the disc. */
  extras: z.array(z.object({ path: z.string(), size: z.number() })),
  /** Files of the disc that extras take the place of. */
  replaced: z.array(z.string()),
  /** The folder that extras come from; null for none. */
  extraFolder: z.string().nullable(),
  /** Answer file and what else makes the installation somebody's own; null for none. */
  customising: wholeCustomisingSchema.nullable(),
  /** Drivers for Setup, chosen when the sticks are made as they were when this was planned; null for none. */
  drivers: wholeDriverWishSchema.nullable(),
  /** What each disk gets, by `Disk.id`: bytes written, and bytes that stay free for other files; with `repacks` an estimate. */
  room: z.array(z.object({ disk: z.string(), writes: z.number(), free: z.number() })),
  disks: z.array(plannedDiskSchema).min(1),
  verify: z.boolean(),
  eject: z.boolean(),
});

/** What the user asked for, before it is a plan. Disks by `Disk.id`. */
export const windowsStickRequestSchema = z.object({
  /** The ISO. */
  location: z.string(),
  disks: z.array(z.string()).min(1),
  firmware: stickFirmwareSchema,
  /** Up to eleven characters of ASCII; empty for one made from the disc's own. */
  label: z.string(),
  /** Numbers of the Windows that go along, from 1, where the disc has one install image; null for all. */
  editions: z.array(z.int().min(1)).min(1).nullable(),
  /** Where an install image is packed anew when it must be; null for the system's own folder for temporary files. */
  workFolder: z.string().nullable(),
  /** A folder whose contents are laid over the files of the disc; null for none. */
  extraFolder: z.string().nullable(),
  /** Answer file and what else makes the installation somebody's own; null for none. */
  customising: customisingSchema.nullable(),
  /** Storage and network drivers to put where Setup finds them; null for none. */
  drivers: driverWishSchema.nullable(),
  verify: z.boolean(),
  eject: z.boolean(),
  allowSystemDisk: z.boolean(),
});

export type StickFirmware = z.infer<typeof stickFirmwareSchema>;
export type WindowsEdition = z.infer<typeof windowsEditionSchema>;
export type WindowsMediaInfo = z.infer<typeof windowsMediaSchema>;
export type WindowsStickPlan = z.infer<typeof windowsStickPlanSchema>;
export type WindowsStickRequest = z.infer<typeof windowsStickRequestSchema>;
