import { endOf } from '../../../native-free-engine/base/extent.ts';
import type { AllocationMap, AllocationReader } from '../../../native-free-engine/filesystems/allocation-types.ts';
import { EngineError, type BlockSource } from '../../../native-free-engine/index.ts';

const PIECE = 64 * 1024;

/** A source of which any bit can be turned for a while. What was read once is kept in memory. */
export function flipping(source: BlockSource): BlockSource & { flip(offset: number, bit: number): void; bytesRead: number } {
  const pieces = new Map<number, Promise<Uint8Array>>();
  const flips = new Map<number, number>();
  const piece = (number: number): Promise<Uint8Array> => {
    let found = pieces.get(number);
    if (!found) {
      const bytes = new Uint8Array(Math.min(PIECE, source.size - number * PIECE));
      found = source.readInto(number * PIECE, bytes).then(() => bytes);
      pieces.set(number, found);
    }
    return found;
  };
  return {
    size: source.size,
    sectorSize: source.sectorSize,
    bytesRead: 0,
    /** A second time turns it back. */
    flip: (offset, bit) => void flips.set(offset, (flips.get(offset) ?? 0) ^ (1 << bit)),
    async readInto(offset, buffer) {
      this.bytesRead += buffer.length;
      for (let done = 0; done < buffer.length; ) {
        const at = offset + done;
        const from = (await piece(Math.floor(at / PIECE))).subarray(at % PIECE);
        const part = from.subarray(0, buffer.length - done);
        buffer.set(part, done);
        done += part.length;
      }
      for (const [at, mask] of flips) if (at >= offset && at < offset + buffer.length) buffer[at - offset]! ^= mask;
    },
    close: () => source.close(),
  };
}

/**
 * Reads a map after each of `flips` alone. Returns how many had a named error; all others gave extents in
 * order and within the volume, and everything in `needed`. Throws where more was read than `limit` bytes.
 */
export async function readFlipped(
  source: ReturnType<typeof flipping>, read: AllocationReader, flips: Iterable<readonly [number, number]>, sound: AllocationMap, limit: number,
): Promise<{ refused: number; same: number; other: [number, number][] }> {
  const result = { refused: 0, same: 0, other: [] as [number, number][] };
  const wanted = JSON.stringify(sound.used);
  for (const [offset, bit] of flips) {
    source.flip(offset, bit);
    source.bytesRead = 0;
    try {
      const { used } = await read(source, { leaveOutSwapFiles: true });
      used.forEach((extent, i) => {
        const before = used[i - 1];
        if (extent.length <= 0 || endOf(extent) > source.size || (before && endOf(before) >= extent.offset)) throw new Error(`bad extent with byte ${offset} bit ${bit}`);
      });
      if (JSON.stringify(used) === wanted) result.same++;
      else result.other.push([offset, bit]);
    } catch (error) {
      if (!(error instanceof EngineError) || error.code === 'unexpected') throw error;
      result.refused++;
    }
    if (source.bytesRead > limit) throw new Error(`${source.bytesRead} bytes read with byte ${offset} bit ${bit}`);
    source.flip(offset, bit);
  }
  return result;
}

/** Every bit of `length` bytes from `offset`; with `every`, of each so many bytes only one. */
export function* bits(offset: number, length: number, every = 1): Generator<readonly [number, number]> {
  for (let i = 0; i < length * 8; i += every) yield [offset + (i >> 3), i & 7];
}
