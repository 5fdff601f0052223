/** Moments of a file, in nanoseconds since 1970: finer than a Date tells. */
export interface FileTimes {
  readonly created: bigint;
  readonly accessed: bigint;
  readonly modified: bigint;
}

/** As Node sets times: seconds since 1970, to about 0.2 µs. */
export const secondsOf = (nanoseconds: bigint): number => Number(nanoseconds / 1_000_000_000n) + Number(nanoseconds % 1_000_000_000n) / 1e9;
