import { alignedBuffer, EngineError, readLayout, type BlockSource, type Layout } from '../../native-free-engine/index.ts';
import type { DiskFacts } from './facts.ts';
import { guardedEach } from './guarded.ts';
import { patient } from './patience.ts';

/** A disk that needs longer (one that has to spin up, or is dying) keeps the list waiting no longer than this. */
const LAYOUT_TIMEOUT_MS = 3_000;
/** An answer that came late is good for the list that is made because of it, not for one after a job has changed the disk. */
const LATE_ANSWER_MS = 10_000;
/** Suits every sector size. */
const ALIGNMENT = 4096;

/**
 * Replaces what the system says about a disk's table and partitions by what
 * our own readers find, where the disk may be opened. A disk that hangs is
 * called unreadable and is not asked again while it hangs; when it does answer
 * in the end, `onLateAnswer` is called and the answer kept for a list made at once.
 */
export function layoutReader(open: (facts: DiskFacts) => Promise<BlockSource>, onLateAnswer: () => void): (facts: DiskFacts) => Promise<DiskFacts> {
  const late = new Map<string, { readonly facts: DiskFacts; readonly found: Found; readonly at: number }>();
  const read = guardedEach(async (id: string, facts: DiskFacts): Promise<Found> => {
    const started = performance.now();
    const found = await readOne(open, facts);
    if (performance.now() - started > patient(LAYOUT_TIMEOUT_MS)) {
      late.set(id, { facts, found, at: performance.now() });
      onLateAnswer();
    }
    return found;
  }, LAYOUT_TIMEOUT_MS);
  const answered = (facts: DiskFacts): Found | null => {
    const answer = late.get(facts.id);
    late.delete(facts.id);
    if (!answer || performance.now() - answer.at > LATE_ANSWER_MS) return null;
    const same = (['size', 'model', 'serial', 'logicalSectorSize'] as const).every((key) => answer.facts[key] === facts[key]);
    return same ? answer.found : null;
  };

  return async (facts) => {
    if (facts.size <= 0 || !facts.medium || facts.optical) return facts;
    const layout = answered(facts) ?? (await read(facts.id, facts));
    if (layout === null || layout === 'unreadable') return { ...facts, table: 'unreadable' };
    // Without rights the system's view is all there is; it knows a table only when it found one.
    if (layout === 'no-rights') return { ...facts, table: facts.table === 'none' ? 'unreadable' : facts.table };
    return { ...facts, table: layout.table, partitions: merged(layout, facts) };
  };
}

type Found = Layout | 'no-rights' | 'unreadable';

async function readOne(open: (facts: DiskFacts) => Promise<BlockSource>, facts: DiskFacts): Promise<Found> {
  let source: BlockSource;
  try {
    source = await open(facts);
  } catch (error) {
    return error instanceof EngineError && error.code === 'rights-needed' ? 'no-rights' : 'unreadable';
  }
  try {
    return await readLayout(alignedReads(source));
  } catch (error) {
    if (error instanceof EngineError) return 'unreadable';
    throw error;
  } finally {
    await source.close();
  }
}

/** What is on the disk, with what the system alone knows: where it is mounted and how full it is there. */
function merged(layout: Layout, facts: DiskFacts): DiskFacts['partitions'] {
  const own = layout.partitions.map((part) => {
    const known = facts.partitions.find((each) => each.offset === part.offset && (each.length === part.length || each.number === part.number));
    return { ...part, mountPoints: known?.mountPoints ?? [], usedBytes: known?.usedBytes ?? part.usedBytes };
  });
  // Something mounted that our readers do not see is never kept quiet.
  const missed = facts.partitions.filter((each) => each.mountPoints.length > 0 && !own.some((part) => part.mountPoints === each.mountPoints));
  return [...own, ...missed];
}

/** Aligned memory costs address space that comes back late: what was used once is used again. */
const spare: Uint8Array[] = [];
const BLOCK_BYTES = 64 * 1024;

/** Reads whole blocks into aligned memory: raw devices of Windows and macOS give nothing less, and Linux goes past its page cache. */
function alignedReads(device: BlockSource): BlockSource {
  return {
    size: device.size,
    sectorSize: device.sectorSize,
    async readInto(offset, buffer) {
      if (offset < 0 || offset + buffer.length > device.size) return device.readInto(offset, buffer);
      const block = spare.pop() ?? alignedBuffer(BLOCK_BYTES);
      for (let done = 0; done < buffer.length; ) {
        const start = Math.floor((offset + done) / ALIGNMENT) * ALIGNMENT;
        const end = Math.ceil((offset + buffer.length) / ALIGNMENT) * ALIGNMENT;
        const part = block.subarray(0, Math.min(BLOCK_BYTES, end - start, device.size - start));
        await device.readInto(start, part);
        const piece = part.subarray(offset + done - start, offset + buffer.length - start);
        buffer.set(piece, done);
        done += piece.length;
      }
      // Not after an error: a read that was given up on may still be writing into it.
      spare.push(block);
    },
    close: () => device.close(),
  };
}
