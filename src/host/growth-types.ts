import type { Extent } from '../../native-free-engine/index.ts';
import type { DiskIdentity } from '../contract/index.ts';

/** How a kind of file system can be grown on this computer. */
export interface GrowthPlan {
  /** As in `FileSystem.kind`. */
  readonly fileSystem: string;
  /** The program that grows it, or null when this system has none for this kind. */
  readonly tool: string | null;
  /** Programs that it takes and that are not installed. */
  readonly missing: readonly string[];
  /** Windows checks the volume at its next start, as it does after every change of size. */
  readonly checkAtBoot: boolean;
}

export interface GrowthRequest {
  readonly disk: DiskIdentity;
  readonly partition: {
    readonly number: number;
    /** Bytes from the start of the disk. */
    readonly offset: number;
    /** Bytes: the length that the file system shall fill. */
    readonly length: number;
  };
  /** As in `FileSystem.kind`. */
  readonly fileSystem: string;
  readonly signal?: AbortSignal;
}

export interface DiscardResult {
  /** Bytes that the disk was told about. */
  readonly discarded: number;
  /** Why nothing, or not all, was done. */
  readonly reason: 'unsupported' | 'tool-missing' | 'failed' | null;
}

/** What the tools of this system do on a disk after a restore. */
export interface GrowthControl {
  plan(fileSystem: string): Promise<GrowthPlan>;
  /**
   * Grows the file system of a partition to the partition's length. The disk must be closed and not mounted.
   * @throws EngineError `tool-missing`; `grow-failed` (the contents are good, only not grown); `target-in-use`, `disk-is-system`, `disk-hidden`
   */
  grow(request: GrowthRequest): Promise<void>;
  /**
   * Tells the disk that these bytes are free (TRIM). What they read as afterwards is up to the disk.
   * Extents are rounded inwards to whole mebibytes: a disk forgets nothing smaller. May be called while the disk is open.
   * @throws EngineError `target-in-use`, `disk-is-system`, `disk-hidden`
   */
  discard(disk: DiskIdentity, extents: readonly Extent[], signal?: AbortSignal): Promise<DiscardResult>;
}
