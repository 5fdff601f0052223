/** The day of this version: no clock that is right is before it. */
export const BUILT = Date.UTC(2026, 10, 29);
