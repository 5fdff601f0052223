/** XOR of the 127 words before it in the base block ("Base block", checksum). */
export function baseChecksum(base: Uint8Array): number {
  const view = new DataView(base.buffer, base.byteOffset, base.byteLength);
  let sum = 0;
  for (let at = 0; at < 0x1fc; at += 4) sum = (sum ^ view.getUint32(at, true)) >>> 0;
  // 0 and -1 are never used: Windows writes 1 and -2 in their place.
  if (sum === 0) return 1;
  return sum === 0xffffffff ? 0xfffffffe : sum;
}
