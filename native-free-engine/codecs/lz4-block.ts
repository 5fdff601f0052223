import { DecodeFault } from './chunk-decoder.ts';

/** A copy shorter than this is quicker byte by byte. */
const SHORT_COPY = 24;

const fault = (): DecodeFault => new DecodeFault('corrupt', 'LZ4 block');

/**
 * Unpacks one block (LZ4 Block Format Description) into `out` from `at` on, where it may refer back to what stands in
 * front of it. Returns the end of what was written.
 * @param limit of `out` that must not be passed
 * @throws DecodeFault
 */
export function decodeLz4Block(block: Uint8Array, out: Uint8Array, at: number, limit: number): number {
  const end = block.length;
  let from = 0;
  let to = at;
  for (;;) {
    if (from >= end) throw fault();
    const token = block[from++]!;
    let literals = token >>> 4;
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (from >= end) throw fault();
        more = block[from++]!;
      }
    }
    if (from + literals > end || to + literals > limit) throw fault();
    if (literals < SHORT_COPY) for (let i = 0; i < literals; i++) out[to + i] = block[from + i]!;
    else out.set(block.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence is literals only.
    if (from === end) return to;
    if (from + 2 > end) throw fault();
    const distance = block[from]! | (block[from + 1]! << 8);
    from += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      for (let more = 255; more === 255; length += more) {
        if (from >= end) throw fault();
        more = block[from++]!;
      }
    }
    const source = to - distance;
    if (distance === 0 || source < 0 || to + length > limit) throw fault();
    if (distance >= length && length >= SHORT_COPY) out.copyWithin(to, source, source + length);
    else if (distance === 1) out.fill(out[source]!, to, to + length);
    else for (let i = 0; i < length; i++) out[to + i] = out[source + i]!;
    to += length;
  }
}
