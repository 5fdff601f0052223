import { z } from 'zod';
import { plainErrorSchema } from './error.ts';
import { planBase, plannedDiskSchema } from './plan-parts.ts';

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

const unreadableSchema = z.object({ path: z.string(), error: plainErrorSchema });

export const driverScanSchema = z.object({
  folders: z.array(z.string()),
  packages: z.array(foundPackageSchema),
  unreadable: z.array(unreadableSchema),
  /** INF files that install no device. */
  ignored: z.array(z.string()),
});

const machinesSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('any') }),
  z.object({ kind: z.literal('this') }),
  z.object({ kind: z.literal('ids'), ids: z.array(z.string()).min(1).max(1000) }),
]);

/** Which drivers a medium is to get. */
export const driverWishSchema = z.object({
  folders: z.array(z.string()).min(1),
  /** Null: of any; for a stick, of the Windows on it. */
  architecture: driverArchitectureSchema.nullable(),
  /** Build of the Windows that loads them; null when it is not known. */
  build: z.int().nullable().default(null),
  kinds: z.array(driverKindSchema).default(['storage', 'network']),
  /** For whatever machine comes, for this one, or for a model by its hardware IDs. */
  machines: machinesSchema.default({ kind: 'any' }),
});

export const driverChoiceSchema = z.object({
  chosen: z.array(driverPackageSchema),
  /** Bytes of their files. */
  bytes: z.number(),
  /** Devices for which there is no driver. */
  unmatched: z.array(z.string()),
  unreadable: z.array(unreadableSchema),
});

/** Which drivers a medium would get, looked at before there is a plan. */
export const driverPreviewRequestSchema = driverWishSchema.extend({
  /** The stick that they are for: what was not asked for is what its files say. */
  disk: z.string().nullable().default(null),
});

export const driverPreviewSchema = driverChoiceSchema.extend({
  /** The Windows on the stick, as its plan will take it. Null: there is no stick, or its files cannot be seen without further rights. */
  system: z.object({ architecture: driverArchitectureSchema, build: z.int().nullable(), from: z.string().nullable() }).nullable(),
});

const listedDriverSchema = z.object({ folder: z.string(), infName: z.string(), provider: z.string(), kind: driverKindSchema, date: z.string(), version: z.string() });

/** What becomes of one driver of a medium: `older` means that the medium has a newer one. */
export const driverChangeSchema = z.object({
  kind: z.enum(['kept', 'added', 'newer', 'older']),
  driver: listedDriverSchema,
  than: listedDriverSchema.nullable(),
});

export const driversRequestSchema = z.object({ disk: z.string(), wish: driverWishSchema, eject: z.boolean() });

/** Drivers of a stick brought up to date, file by file: nothing else on it is touched. */
export const driversPlanSchema = z.object({
  kind: z.literal('drivers'), ...planBase,
  /** It loses nothing but the drivers that have a newer version. */
  disk: plannedDiskSchema,
  /** With the architecture and the build of the Windows on the stick, unless others were asked for. */
  wish: driverWishSchema.extend({ architecture: driverArchitectureSchema, build: z.int().nullable(), kinds: z.array(driverKindSchema), machines: machinesSchema }),
  /** What on the stick says which build it starts, such as `sources/boot.wim`. Null: nothing, or another was asked for. */
  systemFrom: z.string().nullable(),
  /** One for each package that was chosen, with what is known of its files. */
  changes: z.array(driverChangeSchema.extend({
    /** Bytes of its files. */
    bytes: z.number(),
    /** A catalogue with its signature lies beside it. */
    signed: z.boolean(),
    /** Files that it names and that are not there. */
    missing: z.array(z.string()),
  })),
  /** On the stick, and not in the folders: they stay. */
  others: z.array(listedDriverSchema),
  /** Devices for which there is no driver. */
  unmatched: z.array(z.string()),
  unreadable: z.array(unreadableSchema),
  /** Bytes that are copied. */
  bytes: z.number(),
  eject: z.boolean(),
});

export const hardwareDeviceSchema = z.object({
  name: z.string(),
  kind: z.enum(['network', 'storage', 'unknown']),
  ids: z.array(z.string()),
});

/** The Windows that is to load drivers. */
export type DriverSystem = Pick<DriverWish, 'architecture' | 'build'>;
export type DriverPreview = z.infer<typeof driverPreviewSchema>;
export type DriverPreviewRequest = z.infer<typeof driverPreviewRequestSchema>;
export type DriverArchitecture = z.infer<typeof driverArchitectureSchema>;

const ARCHITECTURES: Readonly<Record<string, DriverArchitecture>> = { x64: 'amd64', x86: 'x86', arm64: 'arm64', arm: 'arm' };

/** The same of what a WIM says of its image. */
export function driverSystem({ architecture, version }: { readonly architecture: string; readonly version: string } | undefined = { architecture: '', version: '' }): { readonly architecture: DriverArchitecture; readonly build: number | null } {
  const build = Number(version.split('.')[2]);
  return { architecture: ARCHITECTURES[architecture] ?? 'amd64', build: Number.isInteger(build) && build > 0 ? build : null };
}

export type DriverPackageInfo = z.infer<typeof driverPackageSchema>;
export type FoundPackage = z.infer<typeof foundPackageSchema>;
export type DriverScan = z.infer<typeof driverScanSchema>;
export type DriverWish = z.infer<typeof driverWishSchema>;
export type DriverChoice = z.infer<typeof driverChoiceSchema>;
export type DriverChange = z.infer<typeof driverChangeSchema>;
/** The packages of a plan that are copied onto the stick. */
export const copiedDrivers = ({ changes }: DriversPlan): PlannedDriver[] => changes.filter(({ kind }) => kind === 'added' || kind === 'newer');

export type DriversRequest = z.infer<typeof driversRequestSchema>;
export type DriversPlan = z.infer<typeof driversPlanSchema>;
export type PlannedDriver = DriversPlan['changes'][number];
export type HardwareDevice = z.infer<typeof hardwareDeviceSchema>;
