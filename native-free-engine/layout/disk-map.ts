import type { ExtentSet } from '../base/extent.ts';
import type { VolumeCondition } from '../filesystems/allocation-types.ts';
import type { LayoutFileSystem, LayoutRole } from './types.ts';

/**
 * What of a partition goes into an image: `used`: what its allocation map says; `whole`: every byte;
 * `none`: nothing, it was not chosen, or it has no contents (an extended partition).
 */
export type CaptureMethod = 'used' | 'whole' | 'none';

/** Why a partition is taken whole: `encrypted`, `unknown`, ...: each has a text that says what it costs and how to avoid it. */
export type WholeReason = 'encrypted' | 'lvm' | 'raid' | 'no-map' | 'unknown' | 'map-damaged' | 'journal' | 'boot-code';

export interface MappedPartition {
  readonly number: number;
  /** Bytes from the start of the disk. */
  readonly offset: number;
  readonly length: number;
  /** GPT type GUID in upper case, or MBR type as `0x07`; empty without a table. */
  readonly type: string;
  /** GPT partition GUID in upper case; empty elsewhere. */
  readonly id: string;
  readonly name: string;
  /** GPT attribute bits as a decimal string, a 64-bit number; `0` elsewhere. */
  readonly attributes: string;
  readonly active: boolean;
  /** MBR: a logical partition in the extended one. */
  readonly logical: boolean;
  readonly role: LayoutRole;
  readonly fileSystem: LayoutFileSystem | null;
  readonly method: CaptureMethod;
  readonly wholeReason: WholeReason | null;
  /** Bytes that go into the image. */
  readonly usedBytes: number;
  /** Bytes from the partition's start to the end of the last one used. */
  readonly usedEnd: number;
  /** Allocation unit in bytes; 0 where there is none. */
  readonly unit: number;
  readonly leftOut: readonly { readonly name: string; readonly bytes: number }[];
  readonly conditions: readonly VolumeCondition[];
  /** See `AllocationMap.fingerprint`; empty where there is no map. */
  readonly fingerprint: string;
}

/** Everything of a disk that an image holds, or of an image that a disk will hold. */
export interface DiskMap {
  /** Bytes. */
  readonly size: number;
  readonly sectorSize: number;
  readonly table: 'gpt' | 'mbr' | 'none';
  /** GPT disk GUID, or MBR disk signature as eight hexadecimal digits; empty without a table. */
  readonly diskId: string;
  readonly partitions: readonly MappedPartition[];
  /** Bytes of the disk to take: used blocks of the chosen partitions, and what lies outside partitions and is needed to boot. */
  readonly used: ExtentSet;
}
