/** A timer takes no more. */
const LONGEST_MS = 0x7fff_ffff;

/** How many times longer than usual programs and libraries may take: `WERKBANK_PATIENCE=10` for an unusually slow computer. */
const FACTOR = Math.max(1, Number(process.env['WERKBANK_PATIENCE']) || 1);

/** A time limit, in milliseconds, as it is on this computer. */
export const patient = (ms: number): number => Math.min(ms * FACTOR, LONGEST_MS);
