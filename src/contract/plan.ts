import { z } from 'zod';
import { diskIdentitySchema, partitionSchema, reasonSchema } from './disk.ts';
import { checksumSchema, imageInfoSchema } from './image.ts';

/** One disk of a plan: who it is, what it loses, what must be confirmed. */
export const plannedDiskSchema = z.object({
  identity: diskIdentitySchema,
  number: z.int(),
  practice: z.boolean(),
  /** Everything on the disk now; all of it will be gone. */
  loses: z.array(partitionSchema),
  /** Reasons the user has to agree to by name; empty when none. */
  confirm: z.array(reasonSchema),
  /** Set only by the flag that spells out that the running system may be destroyed. */
  systemDiskAllowed: z.boolean(),
});

/** One line of what will happen, in order. `code` picks the sentence in `jobs.step.<code>`. */
export const planStepSchema = z.object({
  code: z.enum(['check-source', 'unpack', 'recheck-identity', 'unmount', 'clear', 'write', 'write-first', 'verify', 'reread', 'eject', 'read', 'table', 'format']),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});

const planBase = { id: z.string(), createdAt: z.string(), steps: z.array(planStepSchema) };

export const writePlanSchema = z.object({
  kind: z.literal('write'), ...planBase,
  image: imageInfoSchema,
  /** The checksum to compare with, from beside the image or typed. */
  expected: checksumSchema.nullable(),
  disks: z.array(plannedDiskSchema).min(1),
  verify: z.boolean(),
  eject: z.boolean(),
});

export const readPlanSchema = z.object({
  kind: z.literal('read'), ...planBase,
  disk: diskIdentitySchema,
  number: z.int(),
  destination: z.string(),
  format: z.enum(['raw', 'zstd']),
  overwrite: z.boolean(),
});

export const formatPlanSchema = z.object({
  kind: z.literal('format'), ...planBase,
  disk: plannedDiskSchema,
  fileSystem: z.enum(['fat32', 'exfat']),
  label: z.string(),
  eject: z.boolean(),
});

export const planSchema = z.discriminatedUnion('kind', [writePlanSchema, readPlanSchema, formatPlanSchema]);

/** What the user asked for, before it is a plan. Disks by `Disk.id`. */
export const writeRequestSchema = z.object({
  location: z.string(),
  disks: z.array(z.string()).min(1),
  verify: z.boolean(),
  eject: z.boolean(),
  /** Typed by the user: `sha256:...`, bare hexadecimal, or empty. */
  checksum: z.string(),
  allowSystemDisk: z.boolean(),
});
export const readRequestSchema = z.object({
  disk: z.string(), destination: z.string(), format: z.enum(['raw', 'zstd']), overwrite: z.boolean(),
});
export const formatRequestSchema = z.object({
  disk: z.string(), fileSystem: z.enum(['fat32', 'exfat', 'auto']), label: z.string(), eject: z.boolean(), allowSystemDisk: z.boolean(),
});

export type PlannedDisk = z.infer<typeof plannedDiskSchema>;
export type PlanStep = z.infer<typeof planStepSchema>;
export type WritePlan = z.infer<typeof writePlanSchema>;
export type ReadPlan = z.infer<typeof readPlanSchema>;
export type FormatPlan = z.infer<typeof formatPlanSchema>;
export type Plan = z.infer<typeof planSchema>;
export type WriteRequest = z.infer<typeof writeRequestSchema>;
export type ReadRequest = z.infer<typeof readRequestSchema>;
export type FormatRequest = z.infer<typeof formatRequestSchema>;
