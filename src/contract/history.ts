import { z } from 'zod';
import { plainErrorSchema } from './error.ts';
import { reportSchema } from './job.ts';

/** A job that has ended, as a list shows it. */
export const historyEntrySchema = z.object({
  /** `Report.jobId` */
  id: z.string(),
  kind: z.enum(['write', 'read', 'format', 'capture', 'restore', 'verify', 'convert', 'windows-stick', 'winpe', 'iso', 'extract', 'drivers']),
  outcome: reportSchema.shape.outcome,
  startedAt: z.string(),
  elapsedSeconds: z.number(),
  /** The computer that the job ran on: its name, and its maker, model and serial number as far as they are known. */
  computer: z.string(),
  /** The disks of the job, by their model and serial number. */
  disks: z.array(z.object({ number: z.int(), model: z.string(), serial: z.string(), size: z.number() })),
  /** Name of the image, empty where there is none. */
  image: z.string(),
  /** Its path or address. */
  location: z.string(),
  /** Code of what went wrong, or null. */
  code: z.string().nullable(),
  /** Everything that is searched. */
  words: z.string(),
});

export const historyListSchema = z.object({
  /** Where the reports are kept. */
  folder: z.string(),
  /** Newest first. */
  entries: z.array(historyEntrySchema),
  /** Files of the folder that cannot be read as a report. */
  faulty: z.array(z.object({ path: z.string(), error: plainErrorSchema })),
});

export type HistoryEntry = z.infer<typeof historyEntrySchema>;
export type HistoryList = z.infer<typeof historyListSchema>;
