import { z } from 'zod';
import { diskIdentitySchema, partitionSchema, reasonSchema } from './disk.ts';

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
  code: z.enum([
    'check-source', 'unpack', 'recheck-identity', 'unmount', 'clear', 'write', 'write-first', 'verify', 'reread', 'eject', 'read', 'table', 'format',
    // imaging
    'snapshot', 'map', 'capture', 'capture-resume', 'manifest', 'check-chain', 'new-table', 'restore', 'restore-resume', 'zero-rest', 'trim-rest', 'verify-restored',
    'restore-first', 'grow', 'verify-image', 'verify-share', 'convert',
    // Windows media
    'repack-wim', 'check-repacked', 'split-wim', 'add-loader', 'add-files', 'layout-uefi', 'layout-bios', 'layout-both', 'write-files', 'verify-files', 'edit-winpe', 'winpe-at-start', 'winpe-locale', 'winpe-time-zone', 'drivers-medium', 'drivers-image', 'copy-drivers', 'remove-drivers',
    // discs
    'read-folder', 'boot-images', 'write-iso', 'check-room', 'extract',
  ]),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});

export const planBase = { id: z.string(), createdAt: z.string(), steps: z.array(planStepSchema) };

export type PlannedDisk = z.infer<typeof plannedDiskSchema>;
export type PlanStep = z.infer<typeof planStepSchema>;
