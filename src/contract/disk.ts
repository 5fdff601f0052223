import { z } from 'zod';

/** How a disk hangs on this computer. `file` is a practice disk. */
export const busSchema = z.enum(['usb', 'sd', 'nvme', 'sata', 'ata', 'scsi', 'sas', 'virtio', 'loop', 'file', 'unknown']);

/** What a partition is for, the same words for a disk, an image and a plan. */
export const partitionRoleSchema = z.enum([
  'efi-system', 'microsoft-reserved', 'system-reserved', 'os', 'recovery', 'bios-boot', 'data', 'swap', 'raid', 'lvm', 'extended', 'unknown',
]);

export const fileSystemSchema = z.object({
  /** `ntfs`, `fat32`, `ext4`, ...: the field's own short name; `unknown` when nothing was recognised. */
  kind: z.string(),
  label: z.string(),
  uuid: z.string(),
});

export const partitionSchema = z.object({
  number: z.int(),
  /** Bytes from the start of the disk. */
  offset: z.number(),
  /** Bytes. */
  length: z.number(),
  /** GPT type GUID (upper case) or MBR type as `0x07`. */
  type: z.string(),
  name: z.string(),
  role: partitionRoleSchema,
  fileSystem: fileSystemSchema.nullable(),
  mountPoints: z.array(z.string()),
  /** Bytes in use, or null when it cannot be told. */
  usedBytes: z.number().nullable(),
  active: z.boolean(),
});

/** A reason in words: `code` picks the sentence in `disks.reason.<code>`, `params` fill it. */
export const reasonSchema = z.object({
  code: z.enum([
    // hidden
    'system', 'swap', 'raid', 'lvm', 'holds-image', 'read-only', 'in-use', 'no-medium', 'empty', 'encrypted-in-use', 'system-unknown',
    // needs an extra confirmation
    'internal', 'large', 'mounted', 'unknown-bus',
    // may be written
    'removable', 'practice', 'loop',
  ]),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});

export const verdictSchema = z.object({
  /** `writable`: go ahead; `confirm`: only after an extra confirmation; `hidden`: never offered as a target. */
  kind: z.enum(['writable', 'confirm', 'hidden']),
  reasons: z.array(reasonSchema),
  /** 0 (surely not a stick) to 100 (surely one); explained in docs/guides/disks.md. */
  score: z.number(),
});

export const diskSchema = z.object({
  /** Stable while it is plugged in: the device path, or `file:` and the path of a practice disk. */
  id: z.string(),
  /** The number `diskpart` shows on Windows; a stable small number elsewhere. */
  number: z.int(),
  path: z.string(),
  practice: z.boolean(),
  model: z.string(),
  serial: z.string(),
  size: z.number(),
  bus: busSchema,
  removable: z.boolean(),
  readOnly: z.boolean(),
  logicalSectorSize: z.number(),
  physicalSectorSize: z.number(),
  /** `none`: no table found; `corrupt`: there is one and it contradicts itself; `unreadable`: no rights to look. */
  table: z.enum(['gpt', 'mbr', 'none', 'corrupt', 'unreadable']),
  partitions: z.array(partitionSchema),
  verdict: verdictSchema,
});

/** What must still be true of a disk in the moment before the first write. */
export const diskIdentitySchema = z.object({
  id: z.string(),
  path: z.string(),
  model: z.string(),
  serial: z.string(),
  size: z.number(),
  bus: busSchema,
  /** SHA-256 of the disk's first and last 1 MiB, or null when it could not be read without rights. */
  tableHash: z.string().nullable(),
});

/** As each system calls it. */
const FAT = /^(?:fat32|vfat|msdos|fat)$/i;

/** The partitions that may hold the files of a boot medium; one that was not recognised is found out when it is mounted. */
export const fatVolumes = (partitions: readonly Partition[]): Partition[] => partitions.filter(({ fileSystem }) => fileSystem === null || FAT.test(fileSystem.kind));

export type Bus = z.infer<typeof busSchema>;
export type PartitionRole = z.infer<typeof partitionRoleSchema>;
export type Partition = z.infer<typeof partitionSchema>;
export type Reason = z.infer<typeof reasonSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type Disk = z.infer<typeof diskSchema>;
export type DiskIdentity = z.infer<typeof diskIdentitySchema>;
