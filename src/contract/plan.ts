import { z } from 'zod';
import { extractPlanSchema, isoPlanSchema } from './disc.ts';
import { diskIdentitySchema } from './disk.ts';
import { driversPlanSchema } from './drivers.ts';
import { checksumSchema, imageInfoSchema } from './image.ts';
import { capturePlanSchema, convertPlanSchema, restorePlanSchema, verifyPlanSchema } from './imaging-plan.ts';
import { planBase, plannedDiskSchema } from './plan-parts.ts';
import { windowsStickPlanSchema } from './windows-media.ts';
import { winpePlanSchema } from './winpe.ts';

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

export const planSchema = z.discriminatedUnion('kind', [
  writePlanSchema, readPlanSchema, formatPlanSchema, capturePlanSchema, restorePlanSchema, verifyPlanSchema, convertPlanSchema,
  windowsStickPlanSchema, winpePlanSchema, isoPlanSchema, extractPlanSchema, driversPlanSchema,
]);

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

export type WritePlan = z.infer<typeof writePlanSchema>;
export type ReadPlan = z.infer<typeof readPlanSchema>;
export type FormatPlan = z.infer<typeof formatPlanSchema>;
export type Plan = z.infer<typeof planSchema>;
export type WriteRequest = z.infer<typeof writeRequestSchema>;
export type ReadRequest = z.infer<typeof readRequestSchema>;
export type FormatRequest = z.infer<typeof formatRequestSchema>;
