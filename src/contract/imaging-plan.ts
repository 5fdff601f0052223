import { z } from 'zod';
import { diskIdentitySchema, partitionRoleSchema, fileSystemSchema } from './disk.ts';
import { diskImageSchema } from './disk-image.ts';
import { compressionSchema, holdSchema, imagedPartitionSchema, imagingNoteSchema, memoryLevelSchema, stopSchema, unfinishedCaptureSchema } from './imaging.ts';
import { planBase, plannedDiskSchema } from './plan-parts.ts';

/** Bytes a second, 0 for as fast as it goes. */
const limit = z.number().min(0);
/** Numbers of partitions, null for all. */
const chosen = z.array(z.int()).nullable();
/** Folders to look for parents in, besides the image's own: the library's. */
const folders = z.array(z.string());

/** What becomes of the part of a target that the image does not fill. */
export const restSchema = z.enum(['keep', 'zero', 'trim']);
export const convertFormatSchema = z.enum(['raw', 'vhd', 'vhdx', 'vmdk']);

const captureOptions = {
  compression: compressionSchema,
  memory: memoryLevelSchema,
  bytesPerSecond: limit,
  /** Bytes of each piece of a split image, 0 for one file. */
  partBytes: z.number().min(0),
  description: z.string(),
  purpose: z.string(),
  /** Go on with the interrupted capture at `destination`. */
  resume: z.boolean(),
  overwrite: z.boolean(),
  /** Leave out the contents of page and hibernation files. */
  leaveOutSwapFiles: z.boolean(),
  /** Which copy of a GPT to go by, chosen after `gpt-copies-disagree`. */
  gptCopy: z.enum(['primary', 'backup']).nullable(),
};

export const captureRequestSchema = z.object({
  disk: z.string(),
  partitions: chosen,
  /** The image to make, NAME.qcow2. */
  destination: z.string(),
  /** An earlier image of the same disk to build on, or null. */
  parent: z.string().nullable(),
  folders,
  ...captureOptions,
});

export const capturedPartitionSchema = imagedPartitionSchema.extend({
  /** It is in use, and this is done about it; null when nobody uses it. */
  hold: holdSchema.nullable(),
});

export const capturePlanSchema = z.object({
  kind: z.literal('capture'), ...planBase, ...captureOptions,
  disk: diskIdentitySchema,
  number: z.int(),
  practice: z.boolean(),
  logicalSectorSize: z.number(),
  table: z.enum(['gpt', 'mbr', 'none']),
  /** All of the disk's, those left out too: `method` is then `none`. */
  partitions: z.array(capturedPartitionSchema),
  /** As asked for; null for all. */
  chosen,
  destination: z.string(),
  /** Bytes that will be read, what lies outside partitions included. */
  usedBytes: z.number(),
  /** What the image will take, a guess by its compression; bytes. */
  estimatedBytes: z.number(),
  /** Bytes free where the image goes, null when it cannot be told. */
  freeBytes: z.number().nullable(),
  parent: z.object({ path: z.string(), id: z.string(), name: z.string(), createdAt: z.string() }).nullable(),
  unfinished: unfinishedCaptureSchema.nullable(),
  /** What has to be agreed to by name before it may start. */
  stops: z.array(stopSchema),
  notes: z.array(imagingNoteSchema),
});

export const restoreRequestSchema = z.object({
  image: z.string(),
  folders,
  disks: z.array(z.string()).min(1),
  partitions: chosen,
  /** Let the last data partition, and its file system, take the room that is left. */
  grow: z.boolean(),
  /** New GUIDs and signature instead of those of the source. */
  newIdentifiers: z.boolean(),
  rest: restSchema,
  verify: z.boolean(),
  memory: memoryLevelSchema,
  bytesPerSecond: limit,
  /** Go on with a restore of the same image that was interrupted. */
  resume: z.boolean(),
  allowSystemDisk: z.boolean(),
});

const placeSchema = z.object({ offset: z.number(), length: z.number() });

/** Where a partition of the image goes on a target. */
export const placedPartitionSchema = z.object({
  number: z.int(),
  name: z.string(),
  role: partitionRoleSchema,
  fileSystem: fileSystemSchema.nullable(),
  usedBytes: z.number(),
  /** Bytes; in the image. */
  from: placeSchema,
  /** Bytes; on the target. Null when it is not restored. */
  to: placeSchema.nullable(),
  grown: z.boolean(),
  moved: z.boolean(),
  /** What makes its file system fill the grown partition: a program, or null when it stays as it is. */
  growTool: z.string().nullable(),
});

export const restoreTargetSchema = plannedDiskSchema.extend({
  /** The new layout, in order of place. */
  layout: z.array(placedPartitionSchema),
  /** Bytes that stay without a partition behind the last one. */
  roomLeft: z.number(),
  /** A restore of this disk was interrupted; null when it was not, or it may not be read. */
  unfinished: z.object({ imageId: z.string(), sameImage: z.boolean(), bytesDone: z.number(), bytesTotal: z.number() }).nullable(),
  notes: z.array(imagingNoteSchema),
});

export const restorePlanSchema = z.object({
  kind: z.literal('restore'), ...planBase,
  image: diskImageSchema,
  disks: z.array(restoreTargetSchema).min(1),
  chosen,
  /** Bytes that will be written to each disk. */
  usedBytes: z.number(),
  grow: z.boolean(),
  newIdentifiers: z.boolean(),
  rest: restSchema,
  verify: z.boolean(),
  memory: memoryLevelSchema,
  bytesPerSecond: limit,
  resume: z.boolean(),
  notes: z.array(imagingNoteSchema),
});

export const verifyRequestSchema = z.object({
  image: z.string(), folders,
  /** 1 for all of it, less for a random share. */
  share: z.number().gt(0).max(1),
  memory: memoryLevelSchema,
});

export const verifyPlanSchema = z.object({
  kind: z.literal('verify'), ...planBase,
  image: diskImageSchema, share: z.number(), memory: memoryLevelSchema,
});

export const convertRequestSchema = z.object({
  image: z.string(), folders,
  destination: z.string(), format: convertFormatSchema, overwrite: z.boolean(),
});

export const convertPlanSchema = z.object({
  kind: z.literal('convert'), ...planBase,
  image: diskImageSchema, destination: z.string(), format: convertFormatSchema, overwrite: z.boolean(),
  /** Bytes free where it goes, null when it cannot be told. */
  freeBytes: z.number().nullable(),
});

export type Rest = z.infer<typeof restSchema>;
export type ConvertFormat = z.infer<typeof convertFormatSchema>;
export type CaptureRequest = z.infer<typeof captureRequestSchema>;
export type CapturedPartition = z.infer<typeof capturedPartitionSchema>;
export type CapturePlan = z.infer<typeof capturePlanSchema>;
export type RestoreRequest = z.infer<typeof restoreRequestSchema>;
export type PlacedPartition = z.infer<typeof placedPartitionSchema>;
export type RestoreTarget = z.infer<typeof restoreTargetSchema>;
export type RestorePlan = z.infer<typeof restorePlanSchema>;
export type VerifyRequest = z.infer<typeof verifyRequestSchema>;
export type VerifyPlan = z.infer<typeof verifyPlanSchema>;
export type ConvertRequest = z.infer<typeof convertRequestSchema>;
export type ConvertPlan = z.infer<typeof convertPlanSchema>;
