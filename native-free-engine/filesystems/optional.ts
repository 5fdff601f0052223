import { isDataFault } from '../struct/index.ts';

/**
 * The result of `read`, or `fallback` when the structures it follows are
 * damaged or lie beyond what can be read: a file system keeps its name even
 * where its label or its allocation map cannot be had.
 */
export async function optional<T, F>(read: () => Promise<T> | T, fallback: F): Promise<T | F> {
  try {
    return await read();
  } catch (error) {
    if (isDataFault(error)) return fallback;
    throw error;
  }
}
