/** An instruction is translated within so many bytes behind the last one that surely is one; calls within half of that. */
const REACH = 1023;
/** Two instructions with one target within so many bytes surely are ones. */
const WINDOW = 65535;
/** The last bytes of a chunk are left alone, and so are chunks of hardly more. */
const TAIL_BYTES = 16;
const SMALLEST = 18;

const OPERAND_BYTES = 4;
/** An unconditional jump with its operand. */
const JUMP = 0xe9;
const JUMP_BYTES = 5;
const CALL = 0xe8;

/** Where an x86 instruction with a relative address may begin. */
const FIRST_BYTES = new Uint8Array(256);
for (const byte of [0x48, 0x4c, CALL, JUMP, 0xf0, 0xff]) FIRST_BYTES[byte] = 1;

/**
 * Before packing, relative addresses in what looks like x86 code were made absolute; this makes them relative
 * again, in place. What looks like code is found out on the way: `lastUse` remembers by the lowest 16 bits of a
 * target where it was last used.
 */
export class X86Filter {
  readonly #lastUse = new Int32Array(1 << 16);

  restore(chunk: Uint8Array): void {
    if (chunk.length < SMALLEST) return;
    const lastUse = this.#lastUse.fill(-WINDOW - 1);
    const end = chunk.length - TAIL_BYTES;
    let lastSure = -REACH - 1;
    // The very first byte never counts.
    for (let at = 1; at < end; at++) {
      const byte = chunk[at]!;
      if (FIRST_BYTES[byte] === 0) continue;
      if (byte === JUMP) {
        at += JUMP_BYTES - 1;
        continue;
      }
      const opcode = opcodeBytes(chunk, at);
      if (opcode === 0) continue;
      const operand = at + opcode;
      if (at - lastSure <= (byte === CALL ? REACH >> 1 : REACH)) {
        const relative = (chunk[operand]! | (chunk[operand + 1]! << 8) | (chunk[operand + 2]! << 16) | (chunk[operand + 3]! << 24)) - at;
        chunk[operand] = relative;
        chunk[operand + 1] = relative >>> 8;
        chunk[operand + 2] = relative >>> 16;
        chunk[operand + 3] = relative >>> 24;
      }
      const target = (at + (chunk[operand]! | (chunk[operand + 1]! << 8))) & 0xffff;
      at += opcode + OPERAND_BYTES - 1;
      if (at - lastUse[target]! <= WINDOW) lastSure = at;
      lastUse[target] = at;
    }
  }
}

/** How many bytes stand before the relative address; 0 for another instruction. */
function opcodeBytes(chunk: Uint8Array, at: number): number {
  const second = chunk[at + 1]!;
  const third = chunk[at + 2]!;
  const leaOfCode = second === 0x8d && (third & 7) === 5;
  if (chunk[at] === CALL) return 1;
  if (chunk[at] === 0x48) return leaOfCode || (second === 0x8b && (third === 0x05 || third === 0x0d)) ? 3 : 0;
  if (chunk[at] === 0x4c) return leaOfCode ? 3 : 0;
  if (chunk[at] === 0xf0) return second === 0x83 && third === 0x05 ? 3 : 0;
  return second === 0x15 ? 2 : 0;
}
