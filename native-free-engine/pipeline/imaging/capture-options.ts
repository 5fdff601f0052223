import type { FrameTuning } from '../../codecs/zstd-frame.ts';
import type { Manifest } from '../../images/manifest/manifest.ts';
import type { FoundManifest } from '../../images/manifest/node-image-set.ts';
import type { Sums } from '../../images/manifest/sums.ts';
import type { DiskMap } from '../../layout/disk-map.ts';
import type { Compression, DeviceAddress, ImagingProgress, MemoryLevel } from './types.ts';

export interface CaptureOptions {
  readonly source: DeviceAddress;
  /** Partitions whose bytes come from somewhere else: a snapshot. */
  readonly overlays: readonly { readonly partition: number; readonly address: DeviceAddress }[];
  /** What to take, from `mapDisk`. */
  readonly map: DiskMap;
  readonly identity: Manifest['source'];
  /** `NAME.qcow2`. */
  readonly destination: string;
  readonly compression: Compression;
  readonly memory: MemoryLevel;
  /** 0: as fast as it goes. */
  readonly bytesPerSecond: number;
  /** Bytes of a piece of a split image, 0 for one file. */
  readonly partBytes: number;
  readonly description: string;
  readonly purpose: string;
  readonly program: { readonly name: string; readonly version: string };
  /** The image to build on: only what changed since is stored. */
  readonly parent: { readonly found: FoundManifest; readonly sums: Sums } | null;
  /** Go on with what an earlier capture into the same file left. */
  readonly resume: boolean;
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
  readonly report: (progress: ImagingProgress) => void;
  /** Called once with the way to change the speed limit while it runs. */
  readonly onControl?: (control: { setLimit(bytesPerSecond: number): void }) => void;
  /** Asked once everything was read and before there is an image: throws when what was read was not what it seemed, a snapshot that was lost on the way. */
  readonly confirm?: () => Promise<void>;
  /** A disk that is silent for longer is given up. */
  readonly stallSeconds?: number;
  /** What was captured is put on stable storage and into the journal so often. */
  readonly checkpointMs?: number;
}

export interface CaptureResult {
  readonly manifest: Manifest;
  readonly manifestPath: string;
  readonly manifestSha256: string;
  readonly usedBytes: number;
  /** Bytes of the image file. */
  readonly storedBytes: number;
  readonly badBytes: number;
  readonly bad: Manifest['bad'];
  readonly clusters: number;
  /** Clusters that came from an earlier, interrupted run. */
  readonly resumed: number;
  readonly seconds: number;
}

/** Bytes; see docs/formats/image.md, "Why 256 KiB". */
export const CLUSTER_BITS = 18;

/**
 * How each is packed; null: not at all. Balanced has smaller tables than level 3 by itself: those of two threads and the
 * clusters they work on then fit the cache of a core, which makes it a fifth faster and the image 0.4 % larger.
 */
export const TUNINGS: Readonly<Record<Compression, FrameTuning | null>> = {
  none: null, fast: { level: 1 }, balanced: { level: 3, hashLog: 15, chainLog: 14 }, small: { level: 9 },
};
