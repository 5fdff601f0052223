import { EngineError } from '../base/errors.ts';

/** Faults of what lies on a disk; every other error is a fault of the disk itself. */
const OF_THE_DATA: readonly string[] = ['struct-out-of-bounds', 'struct-invalid', 'number-unsafe'];

/**
 * The result of `read`, or `fallback` when the structures it follows are
 * damaged or lie beyond what can be read: a file system keeps its name even
 * where its label or its allocation map cannot be had.
 */
export async function optional<T, F>(read: () => Promise<T> | T, fallback: F): Promise<T | F> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof EngineError && OF_THE_DATA.includes(error.code)) return fallback;
    throw error;
  }
}
