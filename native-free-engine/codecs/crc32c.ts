/** Reflected Castagnoli polynomial. */
const POLYNOMIAL = 0x82f63b78;

/** Eight tables: what a byte does to the remainder when 0 to 7 more bytes follow it ("slicing by 8"). */
const TABLES = ((): readonly Uint32Array[] => {
  const first = Uint32Array.from({ length: 256 }, (_, n) => {
    let rest = n;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
    return rest;
  });
  const tables = [first];
  for (let i = 1; i < 8; i++) {
    const before = tables[i - 1]!;
    tables.push(before.map((value) => (value >>> 8) ^ first[value & 0xff]!));
  }
  return tables;
})();

/** CRC-32C (Castagnoli, RFC 3720 B.4) of `data`, continued from `previous`; unsigned. */
export function crc32c(data: Uint8Array, previous = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as readonly [
    Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array,
  ];
  let rest = ~previous;
  let i = 0;
  for (const whole = data.length - 7; i < whole; i += 8) {
    rest ^= data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24);
    rest =
      t7[rest & 0xff]! ^ t6[(rest >>> 8) & 0xff]! ^ t5[(rest >>> 16) & 0xff]! ^ t4[rest >>> 24]! ^
      t3[data[i + 4]!]! ^ t2[data[i + 5]!]! ^ t1[data[i + 6]!]! ^ t0[data[i + 7]!]!;
  }
  for (; i < data.length; i++) rest = (rest >>> 8) ^ t0[(rest ^ data[i]!) & 0xff]!;
  return ~rest >>> 0;
}
