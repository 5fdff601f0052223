import { z } from 'zod';
import { partitionSchema } from './disk.ts';

/** none: blocks as they are; fast, balanced, small: zstd levels 1, 3 and 9. */
export const compressionSchema = z.enum(['none', 'fast', 'balanced', 'small']);

/** How much memory imaging may use: under 200, 400 and 1200 MB. */
export const memoryLevelSchema = z.enum(['low', 'medium', 'high']);

/** `used`: what the file system says is in use; `whole`: every byte; `none`: nothing, it was not chosen or holds nothing of its own. */
export const captureMethodSchema = z.enum(['used', 'whole', 'none']);

/** Why a partition is taken whole; `jobs:note.whole-<reason>` says what it costs and how to avoid it. */
export const wholeReasonSchema = z.enum(['encrypted', 'lvm', 'raid', 'no-map', 'unknown', 'map-damaged', 'journal', 'boot-code']);

/** `dirty`: not unmounted cleanly; `hibernated`: Windows sleeps in it; `journal`: changes wait in its log. */
export const volumeConditionSchema = z.enum(['dirty', 'hibernated', 'journal']);

/** What makes a volume that is in use stand still while it is read: it is mounted read-only already, or by us for so long; or a snapshot of it is read. */
export const holdSchema = z.enum(['read-only', 'remount-read-only', 'snapshot-lvm', 'snapshot-vss']);

/** A partition as it goes into an image, or as an image holds it. `usedBytes` is then what the image holds of it. */
export const imagedPartitionSchema = partitionSchema.extend({
  method: captureMethodSchema,
  wholeReason: wholeReasonSchema.nullable(),
  /** Bytes from its start to the end of the last used one: what must fit where it is restored. */
  usedEnd: z.number(),
  /** Page and hibernation files whose contents are not in the image. Bytes. */
  leftOut: z.array(z.object({ name: z.string(), bytes: z.number() })),
  conditions: z.array(volumeConditionSchema),
});

/**
 * What was found on volumes and the user has to agree to by name; `remount-read-only`: programs cannot save files there meanwhile.
 * Agreed to like the reasons of a disk: its code in `confirmed` of `job.start`, under the `Disk.id` of the source.
 */
export const stopSchema = z.object({ code: z.enum([...volumeConditionSchema.options, 'remount-read-only']), partitions: z.array(z.int()).min(1) });

/** Something worth knowing before a plan runs, not a reason to refuse it. `code` picks the sentence in `jobs:note.<code>`, `params` fill it. */
export const imagingNoteSchema = z.object({
  code: z.enum([
    // capture; with the partition's number
    'whole-encrypted', 'whole-lvm', 'whole-raid', 'whole-no-map', 'whole-unknown', 'whole-map-damaged', 'whole-journal',
    'left-out', 'snapshot-lvm', 'snapshot-vss', 'snapshots-apart', 'remounted', 'not-chosen', 'gpt-copy', 'may-not-fit', 'file-size-limit', 'resumes', 'incremental',
    'firmware-raid', 'gpt-backup-damaged', 'gpt-sector-size-differs',
    // restore
    'room-left', 'table-moved', 'not-restored', 'grows', 'grow-tool-missing', 'grow-unsupported', 'nothing-to-grow',
    'half-restored', 'half-restored-other', 'image-has-holes', 'image-was-dirty', 'no-hashes', 'volume-only', 'identifiers-new', 'identifiers-kept',
  ]),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** A capture that was interrupted and can go on. */
export const unfinishedCaptureSchema = z.object({
  /** The image it will become: NAME.qcow2. */
  path: z.string(),
  startedAt: z.string(),
  /** Bytes of the image so far. */
  storedBytes: z.number(),
  source: z.object({ model: z.string(), serial: z.string(), size: z.number() }),
});

/** Part of a source that could not be read, zeros in the image. */
const badPlaceSchema = z.object({
  /** Bytes from the start of the disk. */
  offset: z.number(),
  length: z.number(),
  partition: z.int().nullable(),
  /** Whose bytes they were, as far as that is known. */
  files: z.array(z.string()),
});

/** All that could not be read. A failing disk may have more places than anybody reads: the list holds the first ones. */
export const badSchema = z.object({ bytes: z.number(), count: z.int(), places: z.array(badPlaceSchema) });

export type Compression = z.infer<typeof compressionSchema>;
export type MemoryLevel = z.infer<typeof memoryLevelSchema>;
export type ImagedPartition = z.infer<typeof imagedPartitionSchema>;
export type Stop = z.infer<typeof stopSchema>;
export type ImagingNote = z.infer<typeof imagingNoteSchema>;
export type Bad = z.infer<typeof badSchema>;
export type UnfinishedCapture = z.infer<typeof unfinishedCaptureSchema>;
