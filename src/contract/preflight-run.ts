import { z } from 'zod';
import { compressionSchema } from './imaging.ts';
import { checkedJobSchema, checkIdSchema, checkResultSchema, remedyActionSchema } from './preflight.ts';

/** What is about to be done, as far as its checks depend on it. Disks by `Disk.id`. */
export const preflightRequestSchema = z.object({
  job: checkedJobSchema,
  /** The disks that are read and which of their partitions, null for all. */
  sources: z.array(z.object({ disk: z.string(), partitions: z.array(z.int()).nullable() })),
  /** The disks that are written. */
  targets: z.array(z.string()),
  /** Path or address of the image that is put onto the targets; null when there is none. */
  image: z.string().nullable(),
  /** Numbers of the partitions that are taken from it, null for all. */
  imagePartitions: z.array(z.int()).nullable(),
  /** Path of the image that is made; null when there is none. */
  destination: z.string().nullable(),
  /** Image that the new one builds on. */
  parent: z.string().nullable(),
  /** The library: where names must be unique and parents are looked for. */
  folders: z.array(z.string()),
  nameTemplate: z.string(),
  purpose: z.string(),
  compression: compressionSchema,
  /** Bytes of each piece of a split image, 0 for one file. */
  partBytes: z.number(),
  /** The image is meant for other machines than the one it is taken from. */
  manyMachines: z.boolean(),
  /** Only these; null for all of the job. */
  checks: z.array(checkIdSchema).nullable(),
  /** Those of the optional ones that are wanted too. */
  optional: z.array(checkIdSchema),
});

/** How far a check is. `share` is 0 to 1; `map` says of a surface scan what was found in each equal piece of the disk. */
export const checkStateSchema = z.object({
  check: checkIdSchema,
  done: z.boolean(),
  share: z.number().nullable(),
  map: z.array(z.enum(['unread', 'good', 'slow', 'bad'])).nullable(),
  results: z.array(checkResultSchema),
});

export const preflightCalls = {
  /** Runs the checks side by side and answers when the last one is done; each one is told by `preflight.result` as it comes. */
  'preflight.run': {
    input: z.object({ runId: z.string(), request: preflightRequestSchema, elevated: z.boolean() }),
    output: z.array(checkResultSchema),
  },
  /** Ends a run or a remedy. What was found stays found. */
  'preflight.cancel': { input: z.object({ runId: z.string() }), output: z.null() },
  /** Runs the commands of a remedy; what they say comes by `preflight.remedy`. */
  'preflight.remedy': { input: z.object({ runId: z.string(), action: remedyActionSchema, elevated: z.boolean() }), output: z.null() },
} as const;

export const preflightEvents = {
  'preflight.result': checkStateSchema.extend({ runId: z.string() }),
  'preflight.remedy': z.object({ runId: z.string(), line: z.string(), share: z.number().nullable() }),
} as const;

/** What the checks before a job said, as its report keeps it. */
export const preflightOutcomeSchema = z.object({
  results: z.array(checkResultSchema),
  /** Names of the warnings that were accepted: `smart:failing:/dev/sda`. */
  accepted: z.array(z.string()),
  /** The user said that nothing is to be checked; there are no results then. */
  skipped: z.boolean().default(false),
});

export type PreflightRequest = z.infer<typeof preflightRequestSchema>;
export type CheckState = z.infer<typeof checkStateSchema>;
export type PreflightOutcome = z.infer<typeof preflightOutcomeSchema>;
