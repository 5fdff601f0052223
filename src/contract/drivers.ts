import { z } from 'zod';
import { plainErrorSchema } from './error.ts';

export const driverArchitectureSchema = z.enum(['x86', 'amd64', 'arm64', 'arm', 'ia64']);
export const driverKindSchema = z.enum(['network', 'storage', 'extension', 'other']);

export const driverPackageSchema = z.object({
  /** Where its INF lies. */
  path: z.string(),
  infName: z.string(),
  provider: z.string(),
  className: z.string(),
  kind: driverKindSchema,
  /** `2026-01-31`, or empty. */
  date: z.string(),
  version: z.string(),
  architectures: z.array(driverArchitectureSchema),
  /** Whether a catalogue with its signature lies beside it. */
  catalog: z.enum(['present', 'missing', 'none']),
  /** Files that it names and that are not there. */
  missing: z.array(z.string()),
  /** How many devices it knows, and the first of their IDs. */
  devices: z.int(),
  hardwareIds: z.array(z.string()).max(100),
});

export const foundPackageSchema = driverPackageSchema.extend({
  /** Beside the other packages; `other` is the one that is newer, or the same. */
  standing: z.enum(['newest', 'older', 'duplicate']),
  other: z.string().nullable(),
});

export const driverScanSchema = z.object({
  folders: z.array(z.string()),
  packages: z.array(foundPackageSchema),
  unreadable: z.array(z.object({ path: z.string(), error: plainErrorSchema })),
  /** INF files that install no device. */
  ignored: z.array(z.string()),
});

/** Which drivers a medium is to get. */
export const driverWishSchema = z.object({
  folders: z.array(z.string()).min(1),
  architecture: driverArchitectureSchema,
  /** Build of the Windows that loads them; null when it is not known. */
  build: z.int().nullable().default(null),
  kinds: z.array(driverKindSchema).default(['storage', 'network']),
  /** For whatever machine comes, for this one, or for a model by its hardware IDs. */
  machines: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('any') }),
    z.object({ kind: z.literal('this') }),
    z.object({ kind: z.literal('ids'), ids: z.array(z.string()).min(1).max(1000) }),
  ]).default({ kind: 'any' }),
});

export const driverChoiceSchema = z.object({
  chosen: z.array(driverPackageSchema),
  /** Bytes of their files. */
  bytes: z.number(),
  /** Devices for which there is no driver. */
  unmatched: z.array(z.string()),
  unreadable: z.array(z.object({ path: z.string(), error: plainErrorSchema })),
});

const listedDriverSchema = z.object({ folder: z.string(), infName: z.string(), provider: z.string(), kind: driverKindSchema, date: z.string(), version: z.string() });

/** What becomes of one driver of a medium: `older` means that the medium has a newer one. */
export const driverChangeSchema = z.object({
  kind: z.enum(['kept', 'added', 'newer', 'older']),
  driver: listedDriverSchema,
  than: listedDriverSchema.nullable(),
});

export const hardwareDeviceSchema = z.object({
  name: z.string(),
  kind: z.enum(['network', 'storage', 'unknown']),
  ids: z.array(z.string()),
});

export type DriverPackageInfo = z.infer<typeof driverPackageSchema>;
export type FoundPackage = z.infer<typeof foundPackageSchema>;
export type DriverScan = z.infer<typeof driverScanSchema>;
export type DriverWish = z.infer<typeof driverWishSchema>;
export type DriverChoice = z.infer<typeof driverChoiceSchema>;
export type DriverChange = z.infer<typeof driverChangeSchema>;
export type HardwareDevice = z.infer<typeof hardwareDeviceSchema>;
