import { z } from 'zod';
import { driverKindSchema, driverPackageSchema } from './drivers.ts';
import { planBase, plannedDiskSchema } from './plan-parts.ts';
import { stickFirmwareSchema } from './windows-media.ts';

/** The WinPE that a source holds, found out without writing anything. */
export const winpeImageSchema = z.object({
  name: z.string(),
  location: z.string(),
  /** `Microsoft Windows PE (amd64)`, and `10.0.26100.1742` where it is told. */
  system: z.string(),
  version: z.string(),
  architecture: z.string(),
});

/** What the user asked for, before it is a plan. Disks by `Disk.id`. */
export const winpeRequestSchema = z.object({
  /** A Windows or WinPE ISO, a boot.wim, or a folder: such a disc's files, or the ADK's WinPE of an architecture. */
  source: z.string(),
  /** Sticks to make; empty when an ISO is made. */
  disks: z.array(z.string()),
  /** The ISO to make; null when sticks are. */
  iso: z.object({ path: z.string(), overwrite: z.boolean(), hybrid: z.boolean() }).nullable(),
  firmware: stickFirmwareSchema,
  /** Up to eleven characters of ASCII; empty for `WINPE`. */
  label: z.string(),
  drivers: z.object({
    folders: z.array(z.string()).min(1),
    kinds: z.array(driverKindSchema),
    machines: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('any') }), z.object({ kind: z.literal('this') }), z.object({ kind: z.literal('ids'), ids: z.array(z.string()).min(1).max(1000) }),
    ]),
  }).nullable(),
  /** Beside the image, where they can be brought up to date later, or in it. */
  driversIn: z.enum(['medium', 'image']),
  /** Commands that WinPE runs last when it starts. */
  commands: z.array(z.string()).max(500),
  keyboard: z.string().nullable(),
  region: z.string().nullable(),
  language: z.string().nullable(),
  /** For programs that know no Unicode, in the registry of the image; plans of earlier versions have none. */
  systemLocale: z.string().nullable().optional(),
  /** By Windows' own name, `W. Europe Standard Time`. */
  timeZone: z.string().nullable().optional(),
  /** A folder whose contents are laid over the files of the medium; null for none. */
  extraFolder: z.string().nullable(),
  /** A folder whose contents become X:\Tools; null for none. */
  toolsFolder: z.string().nullable(),
  /** Boot loaders of "Windows UEFI CA 2023". */
  newLoaders: z.boolean(),
  /** MiB: 32, 64, 128, 256 or 512; null leaves it as it is. */
  scratchMiB: z.int().nullable(),
  verify: z.boolean(),
  eject: z.boolean(),
  allowSystemDisk: z.boolean(),
});

export const winpePlanSchema = z.object({
  kind: z.literal('winpe'), ...planBase,
  request: winpeRequestSchema,
  image: winpeImageSchema,
  label: z.string(),
  /** What will be on the medium. */
  files: z.int(),
  bytes: z.number(),
  drivers: z.array(driverPackageSchema),
  /** Files that extras take the place of. */
  replaced: z.array(z.string()),
  /** The ISO to be made, or null. Bytes. */
  iso: z.object({ path: z.string(), size: z.number() }).nullable(),
  disks: z.array(plannedDiskSchema),
  verify: z.boolean(),
  eject: z.boolean(),
});

export type WinpeImage = z.infer<typeof winpeImageSchema>;
export type WinpeRequest = z.infer<typeof winpeRequestSchema>;
export type WinpePlan = z.infer<typeof winpePlanSchema>;
