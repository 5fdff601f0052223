import { AbortError, EngineError, throwIfAborted, type Extent } from '../../../native-free-engine/index.ts';
import type { Disk } from '../../contract/index.ts';
import type { CommandRunner } from '../command.ts';
import type { DiscardResult } from '../growth-types.ts';
import { blockView } from './sources-view.ts';

/** Each extent is a program of its own: of a badly scattered disk only the largest are worth one. */
const MAX_EXTENTS = 2000;
/** A cheap stick may take long over a large extent; it can be stopped after each piece. */
const PIECE_BYTES = 16 * 1024 ** 3;
const PIECE_TIMEOUT_MS = 120_000;

/** Tells a disk what is free, by blkdiscard; of a practice disk's file the same bytes become holes. */
export async function discardExtents(run: CommandRunner, disk: Disk, extents: readonly Extent[], signal?: AbortSignal): Promise<DiscardResult> {
  const [mounted] = (await blockView(disk)).mountsOn({ offset: 0, length: disk.size });
  // With --force blkdiscard asks nobody. It has to be: the disk is open to us alone.
  if (mounted) throw new EngineError('target-in-use', { disk: disk.path, detail: mounted.mount.mountPoint });
  const largest = [...extents].sort((a, b) => b.length - a.length).slice(0, MAX_EXTENTS).sort((a, b) => a.offset - b.offset);
  let discarded = 0;
  for (const piece of largest.flatMap(pieces)) {
    throwIfAborted(signal);
    const place = ['--offset', String(piece.offset), '--length', String(piece.length)];
    const options = { timeoutMs: PIECE_TIMEOUT_MS, ...(signal ? { signal } : {}) };
    const done = disk.practice
      ? run('fallocate', ['--punch-hole', ...place, '--', disk.path], options)
      : run('blkdiscard', ['--force', ...place, '--', disk.path], options);
    const result = await done.catch((error: unknown) => {
      if (error instanceof AbortError) throw error;
      return error instanceof EngineError && error.code === 'tool-missing' ? 'tool-missing' as const : null;
    });
    if (result === 'tool-missing') return { discarded, reason: result };
    if (result?.code !== 0) return { discarded, reason: /not supported|EOPNOTSUPP/i.test(result?.stderr ?? '') ? 'unsupported' : 'failed' };
    discarded += piece.length;
  }
  return { discarded, reason: null };
}

function pieces(extent: Extent): Extent[] {
  const found: Extent[] = [];
  for (let done = 0; done < extent.length; done += PIECE_BYTES) found.push({ offset: extent.offset + done, length: Math.min(PIECE_BYTES, extent.length - done) });
  return found;
}
