import type { DeviceAddress } from '../../native-free-engine/index.ts';
import type { Disk } from '../contract/index.ts';

/** What it takes for a partition's bytes to stand still while they are read. */
export type SourceRemedy =
  /** Nothing: not mounted. Swap in use counts as this, because only its header is taken. */
  | 'free'
  /** Nothing: mounted, and the whole file system is read-only. */
  | 'read-only'
  /** The disk is a logical volume: a snapshot of it is made, and removed after. */
  | 'snapshot-lvm'
  /** A shadow copy of the volume is made, and removed after. */
  | 'snapshot-vss'
  /** Its file system can be made read-only for the time of reading, if the user agrees: programs cannot save files there meanwhile. */
  | 'remount-read-only'
  /** Only the user can: close programs and unmount it, or image the computer from another system. */
  | 'unmount';

export interface SourceUse {
  /** As in `Partition.number`. */
  readonly partition: number;
  /** Where it, or something that stands on it, is mounted. */
  readonly mountPoints: readonly string[];
  /** Nothing can change it now. */
  readonly readOnly: boolean;
  readonly remedy: SourceRemedy;
}

/** A disk as far as reading it needs: a listed one, or one out of a plan. */
export type SourceDisk = Pick<Disk, 'id' | 'path' | 'partitions'>;

export interface SourceOptions {
  /** The user agreed that file systems become read-only while they are read. */
  readonly mayRemount?: boolean;
  /** The folder that the image goes to: the file system under it is never made read-only. */
  readonly destination?: string;
  readonly signal?: AbortSignal;
}

/** "Read this part of the disk from that device instead." */
export interface SourceOverlay {
  readonly partition: number;
  /** Bytes from the start of the disk: where byte 0 of `address` belongs. `address.size` bytes are replaced, never more than the partition has. */
  readonly offset: number;
  readonly address: DeviceAddress;
}

export interface SourceNote {
  readonly code: 'lvm-snapshot' | 'shadow-copy' | 'shadow-copies-apart' | 'remounted-read-only';
  readonly params: Readonly<Record<string, string | number>>;
}

/** A disk whose chosen partitions stand still until it is closed. */
export interface OpenedSource {
  /** What to read; for a logical volume its snapshot. */
  readonly address: DeviceAddress;
  readonly overlays: readonly SourceOverlay[];
  readonly notes: readonly SourceNote[];
  /**
   * Whether everything stood still until now. To be asked when all is read and before the image is called whole:
   * a snapshot that ran out of space answers with errors or with nonsense.
   * @throws EngineError `snapshot-lost`, `source-mounted`
   */
  confirm(): Promise<void>;
  /** Removes what was made for it. What cannot be removed now is tried again when the next source is opened. */
  close(): Promise<void>;
}

/** Disks as sources of an image. Any disk may be read, that of the running system too. */
export interface SourceControl {
  /** What the chosen partitions need, by number. @throws EngineError `disk-not-found`, `partition-not-found` */
  check(disk: SourceDisk, partitions: readonly number[]): Promise<SourceUse[]>;
  /**
   * Makes the chosen partitions stand still and keeps others from mounting those that are not mounted.
   * @throws EngineError `disk-not-found`, `partition-not-found`, `source-mounted`, `snapshot-failed`, `rights-needed`
   */
  open(disk: SourceDisk, partitions: readonly number[], options?: SourceOptions): Promise<OpenedSource>;
  /**
   * Removes what runs that died left behind: snapshots, shadow copies, read-only file systems.
   * Done by itself before the first source is opened. Returns how many things were put right; never throws.
   */
  sweep(): Promise<number>;
}
