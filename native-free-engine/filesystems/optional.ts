import { EngineError } from '../base/errors.ts';

/**
 * The result of `read`, or `fallback` when the structures it follows are
 * damaged, lie beyond what can be had, or on a bad sector: a file system keeps
 * its name even where its label or its allocation map cannot be read.
 */
export async function optional<T, F>(read: () => Promise<T> | T, fallback: F): Promise<T | F> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof EngineError) return fallback;
    throw error;
  }
}
