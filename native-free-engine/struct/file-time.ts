const UNIX_EPOCH = 116_444_736_000_000_000n;

/** A FILETIME (100 ns since 1601) as a moment; null for 0 and for what no calendar has. */
export function fromFileTime(time: bigint): Date | null {
  if (time === 0n) return null;
  const date = new Date(Number((time - UNIX_EPOCH) / 10_000n));
  return Number.isNaN(date.getTime()) ? null : date;
}

/** 100 ns since 1601 from nanoseconds since 1970, and back; a moment before 1601 is 0. */
export const fromNanoseconds = (time: bigint): bigint => (time / 100n + UNIX_EPOCH > 0n ? time / 100n + UNIX_EPOCH : 0n);
export const toNanoseconds = (time: bigint): bigint => (time - UNIX_EPOCH) * 100n;

/** 0 for null. */
export const toFileTime = (date: Date | null): bigint => (date === null ? 0n : BigInt(date.getTime()) * 10_000n + UNIX_EPOCH);
