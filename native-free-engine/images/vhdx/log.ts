import { EngineError } from '../../base/errors.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { imageTruncated } from '../faults.ts';
import type { LogPlace } from './header.ts';
import { LogRing, type LogEntry } from './log-entry.ts';
import { OverlayBuilder } from './overlay.ts';
import { KIB_4, VHDX_FORMAT } from './structs.ts';

/** A log larger than this is left to the program that wrote it; makers use 1 MiB. */
const MAX_LOG_BYTES = 32 << 20;

/**
 * The file as it is once its log was replayed, which happens in memory: the file is not written to.
 * @throws EngineError `image-log-dirty` when there is something to replay and it cannot be, `image-truncated`
 */
export async function replayLog(file: BlockSource, path: string, log: LogPlace): Promise<BlockSource> {
  const dirty = (): EngineError => new EngineError('image-log-dirty', { path });
  if (log.guid === null) {
    // With one header damaged nobody can tell whether what stands in the log was put in place.
    if (log.doubtful && (await holdsEntries(file, log))) throw dirty();
    return file;
  }
  if (log.length === 0 || log.length > MAX_LOG_BYTES) throw dirty();
  const ring = new LogRing(await readBytes(file, log.offset, log.length), log.guid);
  const sequence = activeSequence(ring);
  const head = sequence?.at(-1);
  if (!sequence || !head || ring.exhausted) throw dirty();
  if (BigInt(file.size) < head.flushedFileOffset) throw imageTruncated(VHDX_FORMAT, path, 'flushed by the log');
  const overlay = new OverlayBuilder(file, Number(head.lastFileOffset));
  for (const entry of sequence.slice(sequence.findIndex(({ offset }) => offset === head.tail))) {
    const changes = ring.changesOf(entry);
    if (!changes || !changes.every((change) => overlay.add(change))) throw dirty();
  }
  return overlay.build();
}

async function holdsEntries(file: BlockSource, log: LogPlace): Promise<boolean> {
  for (let done = 0; done < Math.min(log.length, MAX_LOG_BYTES); done += KIB_4) {
    const [a, b, c, d] = await readBytes(file, log.offset + done, 4);
    if (String.fromCharCode(a!, b!, c!, d!) === 'loge') return true;
  }
  return false;
}

/** The newest run of entries, each the follower of the one before, whose head's tail lies within it: section 2.3.3. */
function activeSequence(ring: LogRing): readonly LogEntry[] | null {
  const size = ring.bytes.length;
  let best: readonly LogEntry[] | null = null;
  for (let tail = 0; tail < size; ) {
    const sequence = sequenceFrom(ring, tail);
    const head = sequence.at(-1);
    const valid = head !== undefined && sequence.some(({ offset }) => offset === head.tail);
    if (valid && (!best || head.sequenceNumber > best.at(-1)!.sequenceNumber)) best = sequence;
    // Past the last entry of a good run; else the next place where one may start.
    const next = valid ? head.offset + head.length : tail + KIB_4;
    if (next <= tail || ring.exhausted) break;
    tail = next;
  }
  return best;
}

function sequenceFrom(ring: LogRing, start: number): LogEntry[] {
  const entries: LogEntry[] = [];
  let used = 0;
  for (;;) {
    const entry = ring.entryAt((start + used) % ring.bytes.length);
    if (!entry || used + entry.length > ring.bytes.length) return entries;
    const last = entries.at(-1);
    if (last && entry.sequenceNumber !== last.sequenceNumber + 1n) return entries;
    entries.push(entry);
    used += entry.length;
  }
}
