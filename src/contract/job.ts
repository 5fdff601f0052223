import { z } from 'zod';
import { plainErrorSchema } from './error.ts';
import { checksumSchema } from './image.ts';
import { badSchema, imagingNoteSchema, stopSchema } from './imaging.ts';
import { planSchema } from './plan.ts';
import { preflightOutcomeSchema } from './preflight-run.ts';

export const phaseSchema = z.enum([
  'preparing', 'checking', 'unpacking', 'writing', 'finishing', 'verifying', 'reading', 'formatting', 'ejecting', 'done',
  'snapshot', 'mapping', 'capturing', 'restoring', 'converting', 'growing', 'repacking',
]);

/** What holds the job back right now. */
export const bottleneckSchema = z.object({
  kind: z.enum(['source', 'decompression', 'target']),
  /** `Disk.id` when it is a target. */
  disk: z.string().nullable(),
});

export const targetStateSchema = z.enum(['waiting', 'writing', 'finishing', 'verifying', 'growing', 'ejecting', 'done', 'failed', 'cancelled']);

export const targetProgressSchema = z.object({
  disk: z.string(),
  state: targetStateSchema,
  /** Bytes of the current state done, out of `bytesTotal` (null: only the end will tell). */
  bytesDone: z.number(),
  bytesTotal: z.number().nullable(),
  /** Bytes a second over the last seconds. */
  speed: z.number(),
  etaSeconds: z.number().nullable(),
  /** Seconds since the disk last answered, when it has been long; else 0. */
  stalledSeconds: z.number(),
  error: plainErrorSchema.nullable(),
});

/**
 * Something that happened around a job while it ran. `code` picks the sentence in `jobs:event.<code>`, `params` fill it:
 * `disk` (its name), `size` (bytes), `path`.
 */
export const jobEventSchema = z.object({
  at: z.string(),
  code: z.enum(['mains-lost', 'mains-back', 'device-arrived', 'device-left']),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});

export const jobProgressSchema = z.object({
  jobId: z.string(),
  phase: phaseSchema,
  /** 0 to 1 over all phases, or null when it cannot be told. */
  fraction: z.number().nullable(),
  bytesDone: z.number(),
  bytesTotal: z.number().nullable(),
  speed: z.number(),
  etaSeconds: z.number().nullable(),
  elapsedSeconds: z.number(),
  bottleneck: bottleneckSchema.nullable(),
  /** Bytes of the image file so far; null where none is made. */
  stored: z.number().nullable(),
  /** Reading a bad place again right now. */
  retrying: z.boolean(),
  /** Bytes given up as unreadable so far. */
  badBytes: z.number(),
  /** Seconds since anything moved, when it has been long; else 0. */
  stalledSeconds: z.number(),
  targets: z.array(targetProgressSchema),
  /** What happened around the job so far, oldest first. */
  events: z.array(jobEventSchema),
});

export const targetOutcomeSchema = z.object({
  disk: z.string(),
  number: z.int(),
  model: z.string(),
  serial: z.string(),
  size: z.number(),
  /** `unknown`: the job went on unseen. */
  outcome: z.enum(['written', 'verified', 'failed', 'cancelled', 'unknown']),
  error: plainErrorSchema.nullable(),
  bytesWritten: z.number(),
  bytesSkipped: z.number(),
  bytesVerified: z.number(),
  writeSeconds: z.number(),
  verifySeconds: z.number(),
  /** SHA-256 of what was read back, null when nothing was. */
  sha256: z.string().nullable(),
  ejected: z.boolean(),
  /** A remark that is not a failure (could not be ejected ...), as an error code with texts. */
  notes: z.array(plainErrorSchema),
});

/** Nothing was written to any of the disks, as their notes say. */
export const areUntouched = (targets: readonly TargetOutcome[]): boolean => targets.length > 0 && targets.every(({ notes }) => notes.some(({ code }) => code === 'target-untouched'));

/** What a job with an image of a disk did, as far as it got. */
export const imagingOutcomeSchema = z.object({
  /** UUID of the image; null for an image of another program. */
  imageId: z.string().nullable(),
  path: z.string(),
  /** SHA-256 of the manifest, hexadecimal; null where there is none. */
  manifestSha256: z.string().nullable(),
  /** Bytes of the disk that the image holds. */
  usedBytes: z.number(),
  /** Bytes that the image takes; null when the job did not get that far. */
  storedBytes: z.number().nullable(),
  /** The images that it builds on, nearest first. */
  chain: z.array(z.string()),
  bad: badSchema,
  /** Conditions that were agreed to. */
  overridden: z.array(stopSchema),
  leftOut: z.array(z.object({ partition: z.int(), name: z.string(), bytes: z.number() })),
  identifiers: z.enum(['kept', 'new']).nullable(),
  grown: z.array(z.object({
    disk: z.string(),
    partition: z.int(),
    /** Bytes of the partition. */
    from: z.number(),
    to: z.number(),
    /** Its file system fills it. */
    fileSystem: z.boolean(),
  })),
  /** Verification: clusters there are, clusters looked at, and what does not match. */
  verified: z.object({ clusters: z.number(), checked: z.number(), damaged: z.array(z.object({ offset: z.number(), length: z.number() })) }).nullable(),
  /** It went on from where an earlier job was interrupted. */
  resumed: z.boolean(),
  notes: z.array(imagingNoteSchema),
});

/** What the files on a medium that was made hash to. */
const fileHashesSchema = z.object({
  count: z.int(),
  /** Bytes of all of them. */
  bytes: z.number(),
  /** SHA-256 of the list that is kept beside the report, as sha256sum(1) writes it: a line `HASH  PATH` each, in this order. */
  sha256: z.string(),
  /** Null where it would be too long for a report; the list beside it has all. */
  list: z.array(z.object({ path: z.string(), size: z.number(), sha256: z.string() })).nullable(),
});

/** What a computer says it is. Empty where it does not say, or may not be asked. */
export const machineSchema = z.object({
  maker: z.string(), model: z.string(), serial: z.string(),
  /** Version and date of the firmware, and which kind it is. */
  firmware: z.string(),
  /** Bytes. */
  memory: z.number(),
  processor: z.string(),
  /** Name and version of the operating system as people know it. */
  system: z.string(),
});

/** The whole story of one job, for the screen, for a ticket and for `--json`. */
export const reportSchema = z.object({
  jobId: z.string(),
  program: z.string(),
  version: z.string(),
  host: z.object({ name: z.string(), system: z.string(), release: z.string() }),
  startedAt: z.string(),
  endedAt: z.string(),
  elapsedSeconds: z.number(),
  plan: planSchema,
  /** `unknown`: the connection to its process was lost, and it went on unseen. */
  outcome: z.enum(['done', 'partly', 'failed', 'cancelled', 'unknown']),
  error: plainErrorSchema.nullable(),
  /** Checksums of the image's raw bytes (and of the stored file where asked for). */
  checksums: z.array(checksumSchema),
  expectedMatched: z.boolean().nullable(),
  /** The files of a stick, a WinPE medium or an ISO; null for other jobs, and where not all of them were written. */
  files: fileHashesSchema.nullable().default(null),
  targets: z.array(targetOutcomeSchema),
  /** Null for jobs that have nothing to do with an image of a disk. */
  imaging: imagingOutcomeSchema.nullable(),
  /** Bytes a second, one value for each of equal stretches of the job, for the drawn curve. */
  speedCurve: z.array(z.object({ seconds: z.number(), speed: z.number(), phase: phaseSchema })),
  /** What happened around the job while it ran: mains lost, devices that came and went. Reports of earlier versions have none. */
  events: z.array(jobEventSchema).default([]),
  /** The checks before the job; null when there were none. */
  preflight: preflightOutcomeSchema.nullable().default(null),
  /** The computer, as far as it says. */
  machine: machineSchema.nullable().default(null),
});

/** A job as the window finds it again after it was reopened. */
export const jobStateSchema = z.object({
  jobId: z.string(),
  plan: planSchema,
  progress: jobProgressSchema.nullable(),
  report: reportSchema.nullable(),
});

export type Phase = z.infer<typeof phaseSchema>;
export type TargetState = z.infer<typeof targetStateSchema>;
export type TargetProgress = z.infer<typeof targetProgressSchema>;
export type JobEvent = z.infer<typeof jobEventSchema>;
export type JobProgress = z.infer<typeof jobProgressSchema>;
export type TargetOutcome = z.infer<typeof targetOutcomeSchema>;
export type ImagingOutcome = z.infer<typeof imagingOutcomeSchema>;
export type Machine = z.infer<typeof machineSchema>;
export type Report = z.infer<typeof reportSchema>;
export type JobState = z.infer<typeof jobStateSchema>;
