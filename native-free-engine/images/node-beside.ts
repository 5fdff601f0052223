import { dirname, join } from 'node:path';
import { isAbort } from '../base/abort.ts';
import { readHead } from '../io/stream-range.ts';
import { isUrl, openLocation } from './node-location.ts';

/** The path or URL of another file in the same folder as `location`. */
function besideLocation(location: string, name: string): string {
  if (!isUrl(location)) return join(dirname(location), name);
  const url = new URL(encodeURIComponent(name), location);
  url.search = url.hash = '';
  return url.href;
}

/**
 * A small file beside an image, or null when there is none, it is larger than
 * `limit` bytes, or it cannot be had: such files are a help, never a condition.
 * @throws AbortError
 */
export async function readBeside(location: string, name: string, limit: number, signal?: AbortSignal): Promise<Uint8Array | null> {
  try {
    const file = await openLocation(besideLocation(location, name), signal);
    try {
      if ((file.size ?? 0) > limit) return null;
      const stream = await file.openStream(0);
      const bytes = await readHead(stream, file.size ?? limit + 1);
      await stream.close();
      return bytes.length > 0 && bytes.length <= limit ? bytes : null;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isAbort(error)) throw error;
    return null;
  }
}
