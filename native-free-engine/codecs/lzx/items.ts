import { SLOT_BASES } from './format.ts';

/**
 * A parsed item is `length << VALUE_BITS | value`. Of a literal the length is 1 and the value its byte; of a match the
 * value is 0, 1 or 2 for a recent offset, else the offset plus 2: both are counted by the slots of the format.
 */
export const VALUE_BITS = 22;
export const VALUE_MASK = (1 << VALUE_BITS) - 1;

/** From this slot on all are equally wide. */
const FIRST_WIDE = 36;
const FIRST_WIDE_BASE = SLOT_BASES[FIRST_WIDE]!;
const WIDE_BITS = 17;

export function slotOf(value: number): number {
  if (value < 2) return value;
  if (value >= FIRST_WIDE_BASE) return FIRST_WIDE + ((value - FIRST_WIDE_BASE) >>> WIDE_BITS);
  // Two slots for each power of two.
  const bits = 31 - Math.clz32(value);
  return 2 * bits + ((value >>> (bits - 1)) & 1);
}
