import type { Problem } from '../partitions/problem.ts';

export type LayoutRole =
  | 'efi-system'
  | 'microsoft-reserved'
  | 'system-reserved'
  | 'os'
  | 'recovery'
  | 'bios-boot'
  | 'data'
  | 'swap'
  | 'raid'
  | 'lvm'
  | 'extended'
  | 'unknown';

export interface LayoutFileSystem {
  /** `ntfs`, `fat32`, `ext4`, ... */
  kind: string;
  label: string;
  uuid: string;
}

export interface LayoutPartition {
  /** As every tool numbers it; 0 for a file system that fills a disk without a table. */
  number: number;
  /** Bytes from the start of the disk. */
  offset: number;
  /** Bytes. */
  length: number;
  /** GPT type GUID in upper case, or MBR type as `0x07`; empty for number 0. */
  type: string;
  /** GPT partition GUID in upper case; empty elsewhere. */
  id: string;
  name: string;
  /** GPT attribute bits as a decimal string, a 64-bit number; `0` elsewhere. */
  attributes: string;
  role: LayoutRole;
  fileSystem: LayoutFileSystem | null;
  /** Bytes in use, or null when it cannot be told. */
  usedBytes: number | null;
  /** MBR: the active flag. GPT: the "legacy bootable" attribute. */
  active: boolean;
  /** MBR: it lies in the extended partition. */
  logical: boolean;
}

/** What a disk or an image holds, read the same way from both. */
export interface Layout {
  /** `corrupt`: there is a table and it contradicts itself; `problems` says how, and what could be read is still listed. */
  table: 'gpt' | 'mbr' | 'none' | 'corrupt';
  problems: Problem[];
  /** GPT disk GUID, or MBR disk signature as eight hexadecimal digits; empty without a table. */
  diskId: string;
  partitions: LayoutPartition[];
}
