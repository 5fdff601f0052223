import { randomInt } from 'node:crypto';
import { EngineError } from '../../base/errors.ts';
import { manifestPath } from '../../images/manifest/file-names.ts';
import { readManifest, readSums, type FoundManifest } from '../../images/manifest/node-image-set.ts';
import { openDiskImage } from '../../images/open-disk-image.ts';
import { shareClusterMap } from './cluster-map.ts';
import { Control } from './control.ts';
import { crewSize, runCrew } from './node-crew.ts';
import { checkBelongs } from './node-image-check.ts';
import type { VerifyMessage, VerifyWork } from './node-verify-worker.ts';
import { ProgressWatch } from './progress-watch.ts';
import type { ImagingProgress, MemoryLevel } from './types.ts';

export interface VerifyOptions {
  /** The image. */
  readonly path: string;
  /** Its manifest, where that does not lie beside it under its name. */
  readonly found?: FoundManifest;
  /** The part of its clusters to check, 0 to 1; which ones is left to chance. */
  readonly share: number;
  readonly memory: MemoryLevel;
  /** Where backing files were found that do not lie where the image says, by recorded name. */
  readonly backing?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly report: (progress: ImagingProgress) => void;
}

export interface VerifyResult {
  /** Clusters that the manifest lists, and those that were checked. */
  readonly clusters: number;
  readonly checked: number;
  /** Bytes of the disk that were checked. */
  readonly bytes: number;
  /** Places of the disk whose contents are not what was captured. */
  readonly damaged: readonly { readonly offset: number; readonly length: number }[];
  /** Every file of the image and of those it builds on. */
  readonly files: readonly string[];
}

/** Damaged places that are listed; after that many an image is simply bad. */
const MAX_DAMAGED = 1000;
const STALL_SECONDS = 180;
const PER_PIECE = 4;

/**
 * Reads an image, with all it builds on, and compares every cluster with the hash made when the disk was captured.
 * @throws EngineError `image-manifest-missing`, `image-manifest-invalid`, `image-manifest-other`, `image-parent-missing`, what opening the image throws; AbortError
 */
export async function verifyImage(options: VerifyOptions): Promise<VerifyResult> {
  const { path, share, signal } = options;
  const found = options.found ?? (await readManifest(manifestPath(path)));
  const sums = await readSums(found);
  const backing = options.backing ?? {};
  const image = await openDiskImage(path, { findBacking: (recorded) => Promise.resolve(backing[recorded] ?? null) });
  const { files, size } = image;
  await image.close();
  await checkBelongs(found, files[0] ?? path);
  if (size !== sums.virtualSize) throw new EngineError('image-manifest-other', { path: found.path, what: 'size' });

  const chosen = share < 1 ? sample(sums.clusters.length, share) : null;
  const map = shareClusterMap([], sums.clusters, sums.clusterSize, sums.virtualSize);
  const hashes = new Uint8Array(new SharedArrayBuffer(sums.hashes.length));
  hashes.set(sums.hashes);
  const count = chosen?.length ?? sums.clusters.length;
  const control = new Control();
  const watch = new ProgressWatch(control, count * sums.clusterSize, 0, STALL_SECONDS, path, options.report);
  const damaged: { offset: number; length: number }[] = [];
  const work: VerifyWork = { image: path, backing, map, hashes, chosen, perPiece: PER_PIECE };
  try {
    const crew = runCrew<VerifyMessage>({
      worker: new URL('./node-verify-worker.ts', import.meta.url),
      size: Math.min(crewSize(options.memory), Math.max(1, Math.ceil(count / PER_PIECE))),
      data: work,
      control,
      signal,
      onMessage: (message) => {
        if (damaged.length < MAX_DAMAGED) damaged.push(message.damaged);
      },
    });
    crew.catch(() => undefined);
    await Promise.race([crew, watch.stalled]);
  } finally {
    watch.stop();
    control.stop();
  }
  damaged.sort((a, b) => a.offset - b.offset);
  return { clusters: sums.clusters.length, checked: count, bytes: control.done, damaged, files };
}

/** Indexes left to chance, ascending. */
function sample(count: number, share: number): Uint32Array {
  const wanted = Math.min(count, Math.max(1, Math.round(count * share)));
  const all = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < wanted; i++) {
    const other = i + randomInt(count - i);
    const kept = all[i]!;
    all[i] = all[other]!;
    all[other] = kept;
  }
  return all.subarray(0, wanted).slice().sort();
}
