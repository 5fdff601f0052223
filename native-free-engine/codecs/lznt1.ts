import { corrupt } from './faults.ts';

/** A chunk unpacks to as much at most; bytes. */
const CHUNK = 4096;
const PACKED = 0x8000;
/** Of a phrase, which is never shorter. */
const SHORTEST = 3;

/**
 * Unpacks what NTFS compressed: LZNT1, [MS-XCA] section 2.5. What the input does not fill of `output` is zeros.
 * Never reads or writes outside the two.
 * @throws EngineError `image-corrupt`; `output` then holds anything
 */
export function unpackLznt1(input: Uint8Array, output: Uint8Array): void {
  output.fill(0);
  let to = 0;
  for (let at = 0; at + 2 <= input.length && to < output.length; to += CHUNK) {
    const header = input[at]! | (input[at + 1]! << 8);
    // The rest of the last cluster.
    if (header === 0) return;
    const end = at + (header & 0xfff) + 3;
    if (end > input.length) throw corrupt('LZNT1');
    const data = input.subarray(at + 2, end);
    const chunk = output.subarray(to, to + CHUNK);
    if ((header & PACKED) !== 0) unpackChunk(data, chunk);
    else chunk.set(data.subarray(0, chunk.length));
    at = end;
  }
}

function unpackChunk(data: Uint8Array, chunk: Uint8Array): void {
  let to = 0;
  for (let at = 0; at < data.length && to < chunk.length; ) {
    const flags = data[at++]!;
    for (let bit = 0; bit < 8 && at < data.length && to < chunk.length; bit++) {
      if ((flags & (1 << bit)) === 0) {
        chunk[to++] = data[at++]!;
        continue;
      }
      if (at + 2 > data.length) throw corrupt('LZNT1');
      const phrase = data[at]! | (data[at + 1]! << 8);
      at += 2;
      // The further into the chunk, the more bits say how far back it lies, and the fewer how long it is.
      let lengthBits = 12;
      for (let reach = to - 1; reach >= 16; reach >>= 1) lengthBits--;
      const back = (phrase >> lengthBits) + 1;
      if (back > to) throw corrupt('LZNT1');
      for (let left = Math.min((phrase & ((1 << lengthBits) - 1)) + SHORTEST, chunk.length - to); left > 0; left--, to++) chunk[to] = chunk[to - back]!;
    }
  }
}
