/** What CAB files call the size of the file; WIM files have no such field and always mean this. */
export const FILE_SIZE = 12_000_000;
export const CALL = 0xe8;
/** The last bytes of a chunk are left alone. */
export const TAIL_BYTES = 10;
export const CALL_BYTES = 5;

/**
 * The operands of x86 calls are made absolute before packing, so that calls of one function look alike.
 * This makes them relative again, in place. `chunk` begins at position 0 of what was packed.
 */
export function restoreCalls(chunk: Uint8Array): void {
  forEachCall(chunk, (operand, position) => {
    if (operand >= 0) return operand < FILE_SIZE ? operand - position : operand;
    return operand >= -position ? operand + FILE_SIZE : operand;
  });
}

/** The opposite of {@link restoreCalls}. */
export function translateCalls(chunk: Uint8Array): void {
  forEachCall(chunk, (operand, position) => {
    if (operand < -position || operand >= FILE_SIZE) return operand;
    return operand < FILE_SIZE - position ? operand + position : operand - FILE_SIZE;
  });
}

function forEachCall(chunk: Uint8Array, change: (operand: number, position: number) => number): void {
  const end = chunk.length - TAIL_BYTES;
  for (let at = chunk.indexOf(CALL); at >= 0 && at < end; at = chunk.indexOf(CALL, at + CALL_BYTES)) {
    const operand = chunk[at + 1]! | (chunk[at + 2]! << 8) | (chunk[at + 3]! << 16) | (chunk[at + 4]! << 24);
    const changed = change(operand, at);
    if (changed === operand) continue;
    chunk[at + 1] = changed;
    chunk[at + 2] = changed >>> 8;
    chunk[at + 3] = changed >>> 16;
    chunk[at + 4] = changed >>> 24;
  }
}
