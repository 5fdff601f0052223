import type { Extent } from '../base/extent.ts';
import type { DiskMap } from './disk-map.ts';
import type { LayoutFileSystem, LayoutRole } from './types.ts';

/** What becomes of the bytes of the target that the restore does not fill: stay, become zeros, are discarded (TRIM). */
export type RestOfDisk = 'keep' | 'zero' | 'trim';

/** Room that a GPT takes at both ends of a disk, bytes. */
export interface GptRoom {
  readonly firstUsable: number;
  readonly tail: number;
}

export interface RestoreRequest {
  readonly map: DiskMap;
  /** Numbers of the partitions to restore; null for all. The extended partition comes with its logical ones. */
  readonly selected: readonly number[] | null;
  readonly target: {
    /** Bytes. */
    readonly size: number;
    readonly sectorSize: number;
    /** For errors. */
    readonly name?: string;
  };
  /** The last partition of data may grow into the free space. */
  readonly grow: boolean;
  readonly newIdentifiers: boolean;
  readonly rest: RestOfDisk;
  /** Restore one volume into this range of the target: an existing partition. Nothing outside it is touched. */
  readonly into?: Extent;
  /** Left out: that of a table of 128 entries. See `gptRoomOf`. */
  readonly gpt?: GptRoom;
  /** Makes random GUIDs. */
  readonly guid?: () => string;
}

/** Bytes of the image and where on the target they go. */
export interface RestorePiece {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

export interface RestoredPartition {
  readonly number: number;
  /** Bytes from the start of the image's disk. */
  readonly from: number;
  /** Bytes from the start of the target. */
  readonly to: number;
  readonly length: number;
  readonly newLength: number;
  readonly moved: boolean;
  readonly grown: boolean;
  /** Not restored; the table will not have it. */
  readonly dropped: boolean;
  readonly type: string;
  /** The GPT partition GUID that it will have. */
  readonly id: string;
  readonly name: string;
  /** GPT attribute bits as a decimal string. */
  readonly attributes: string;
  readonly active: boolean;
  readonly logical: boolean;
  readonly role: LayoutRole;
  readonly fileSystem: LayoutFileSystem | null;
}

/** Where every byte of a restore goes, and the table that the target will have. A plain object. */
export interface RestoreLayout {
  /** What of the target is written to: all of it, or one partition's range. */
  readonly region: Extent;
  readonly sectorSize: number;
  /** `none`: no table is written. */
  readonly table: 'gpt' | 'mbr' | 'none';
  /** The disk GUID or MBR signature that the target will have. */
  readonly diskId: string;
  readonly newIdentifiers: boolean;
  readonly partitions: readonly RestoredPartition[];
  /** Ascending by `from`; neither `from` nor `to` ranges overlap. */
  readonly pieces: readonly RestorePiece[];
  /** Partitions were moved down because the target is smaller. */
  readonly packed: boolean;
  readonly rest: RestOfDisk;
  /** Used bytes that the pieces hold. */
  readonly bytesToWrite: number;
  /** Bytes of the smallest target that would do. */
  readonly neededSize: number;
}
