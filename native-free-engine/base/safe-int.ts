import { EngineError } from './errors.ts';

/**
 * A 64-bit field as a number.
 * @param field the field's full name, `GptHeader.lastUsableLba`
 * @throws EngineError `number-unsafe` outside `0 .. 2^53 - 1`
 */
export function toSafeInt(value: bigint | number, field: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new EngineError('number-unsafe', { field, value: String(value) });
  }
  return number;
}

/** Rounds up to a multiple of `unit`; safe far beyond 32 bits. */
export const alignUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/** Rounds down to a multiple of `unit`; safe far beyond 32 bits. */
export const alignDown = (value: number, unit: number): number => Math.floor(value / unit) * unit;
