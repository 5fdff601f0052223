import { readBytes } from '../io/read-bytes.ts';
import type { BlockSource } from '../io/types.ts';

const BITS = Uint8Array.from({ length: 256 }, (_, n) => {
  let count = 0;
  for (let rest = n; rest; rest >>= 1) count += rest & 1;
  return count;
});

/** Bits set among the first `bits` of a bitmap, lowest bit of each byte first. */
export function countBits(map: Uint8Array, bits = map.length * 8): number {
  let count = 0;
  const whole = Math.min(map.length, Math.floor(bits / 8));
  for (let i = 0; i < whole; i++) count += BITS[map[i] ?? 0] ?? 0;
  const rest = bits - whole * 8;
  if (rest > 0 && whole < map.length) count += BITS[(map[whole] ?? 0) & ((1 << Math.min(rest, 8)) - 1)] ?? 0;
  return count;
}

/** Reads `length` bytes piece by piece, so that a large map never lies in memory as a whole. */
export async function forEachPiece(
  source: BlockSource,
  offset: number,
  length: number,
  visit: (piece: Uint8Array, position: number) => void,
): Promise<void> {
  const step = 1024 * 1024;
  for (let position = 0; position < length; position += step) {
    visit(await readBytes(source, offset + position, Math.min(step, length - position)), position);
  }
}
