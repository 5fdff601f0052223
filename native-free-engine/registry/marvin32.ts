/** The seed that hashes of log entries begin with (`Windows registry file format specification`, "Log entries", note 3): low and high word. */
const SEED = [0x884def82, 0xc5554e7a] as const;

const turn = (word: number, by: number): number => ((word << by) | (word >>> (32 - by))) >>> 0;

/**
 * Marvin32 of some bytes (US patent 20130262421, public in SymCrypt and .NET): the low word of the hash, then the high one, as they lie in a file.
 * @param seed low and high word
 */
export function marvin32(bytes: Uint8Array, seed: readonly [low: number, high: number] = SEED): readonly [low: number, high: number] {
  let [low, high]: [number, number] = [...seed];
  const mix = (word: number): void => {
    low = (low + word) >>> 0;
    high = (high ^ low) >>> 0;
    low = (turn(low, 20) + high) >>> 0;
    high = (turn(high, 9) ^ low) >>> 0;
    low = (turn(low, 27) + high) >>> 0;
    high = turn(high, 19);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 4);
  for (let at = 0; at < whole; at += 4) mix(view.getUint32(at, true));
  // The end is marked with a bit behind the last byte.
  let last = 0x80;
  for (let at = bytes.length - 1; at >= whole; at--) last = (last << 8) | (bytes[at] ?? 0);
  mix(last >>> 0);
  mix(0);
  return [low, high];
}
