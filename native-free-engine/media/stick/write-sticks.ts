import { EngineError } from '../../base/errors.ts';
import type { WriteTarget } from '../../pipeline/lane.ts';
import type { StallTimeouts } from '../../pipeline/stall-ladder.ts';
import { writeImage, type LaneResult, type WriteProgress } from '../../pipeline/write.ts';
import { FileHasher, type FileHashes } from '../file-hashes.ts';
import type { FatStick } from './fat-stick.ts';

/** Sticks of one size: they get the same bytes, and those that keep up share each read. */
export interface StickGroup {
  readonly stick: FatStick;
  readonly targets: readonly WriteTarget[];
}

export interface WriteSticksOptions {
  readonly groups: readonly StickGroup[];
  /** Reads every file and structure back from the disk and compares it with its source. */
  readonly verify: boolean;
  readonly stall?: StallTimeouts;
  readonly signal: AbortSignal;
  /** One for each group, in their order. */
  readonly report: (progress: readonly WriteProgress[]) => void;
  /** Told what each file of the tree hashes to, once, when a group of sticks got all of them. */
  readonly onFiles?: (files: FileHashes) => void;
}

/**
 * Writes sticks at once, each at its own pace and with its own outcome, as `writeImage` does: the old table goes first, the
 * first MiB comes last, so that one that was cancelled, failed or pulled out is a blank one.
 * @throws EngineError when a file of the tree cannot be read: then no stick got its first MiB; AbortError when cancelled
 */
export async function writeSticks(options: WriteSticksOptions): Promise<LaneResult[]> {
  const { groups, verify, stall } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const latest: WriteProgress[] = groups.map(() => ({ bytesTotal: null, bytesRead: 0, bytesConsumed: null, bottleneck: null, lanes: [] }));
  let fault: { readonly error: unknown } | null = null;
  const results = await Promise.all(groups.map(async ({ stick, targets }, index) => {
    try {
      const { image, map } = stick;
      const report = (progress: WriteProgress): void => {
        latest[index] = progress;
        options.report(latest);
      };
      // All groups get the same files: one of them is enough to hash.
      const hasher = index === 0 && options.onFiles ? new FileHasher(stick.files()) : null;
      const written = await writeImage({
        image, map, targets, algorithms: [], verify, signal, report, ...(stall && { stall }), ...(hasher && { see: (offset, bytes) => hasher.see(offset, bytes) }),
      });
      const files = hasher?.result();
      if (files) options.onFiles?.(files);
      return written.targets.map((lane) => ({ ...lane, error: lane.error && namingFile(lane.error, stick) }));
    } catch (error) {
      // What one group cannot read the others cannot either; the first to say so has the word.
      fault ??= { error };
      stop.abort();
      return [];
    } finally {
      await stick.image.close();
    }
  }));
  if (fault) throw (fault as { error: unknown }).error;
  return results.flat();
}

/** Says whose bytes came back wrong; a piece that was compared at once may hold many files, of which this is the first. */
function namingFile(error: EngineError, stick: FatStick): EngineError {
  const { offset, length } = error.params;
  if (error.code !== 'target-mismatch' || typeof offset !== 'number' || typeof length !== 'number') return error;
  for (let at = offset; at < offset + length; at += stick.clusterSize) {
    const path = stick.pathAt(at);
    if (path !== null) return new EngineError('media-file-mismatch', { path, offset, length }, { cause: error });
  }
  return error;
}
