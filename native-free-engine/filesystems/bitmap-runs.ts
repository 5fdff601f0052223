/**
 * Calls `visit` for each run of set bits among the first `bits` of a bitmap, lowest bit of each byte first, in ascending
 * order. Empty and full bytes are passed over eight bits at a time.
 */
export function forEachRun(map: Uint8Array, bits: number, visit: (first: number, count: number) => void): void {
  let start = -1;
  for (let at = 0; at < bits; ) {
    const byte = map[at >>> 3] ?? 0;
    const wholeByte = (at & 7) === 0 && at + 8 <= bits;
    const isSet = (byte & (1 << (at & 7))) !== 0;
    if (isSet && start < 0) start = at;
    if (!isSet && start >= 0) {
      visit(start, at - start);
      start = -1;
    }
    at += wholeByte && (byte === 0 || byte === 0xff) ? 8 : 1;
  }
  if (start >= 0) visit(start, bits - start);
}
