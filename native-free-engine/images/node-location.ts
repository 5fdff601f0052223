import { basename } from 'node:path';
import { EngineError } from '../base/errors.ts';
import { openGuardedFile } from '../io/node-guarded-file.ts';
import { streamRange } from '../io/stream-range.ts';
import type { BlockSource, ByteStream } from '../io/types.ts';

/** The file or URL that everything else is read from. */
export interface StoredFile {
  readonly name: string;
  readonly size: number | null;
  /** Random access, where it can be had. */
  readonly block: BlockSource | null;
  /** Whether random access costs next to nothing: a local file. */
  readonly local: boolean;
  openStream(offset: number): Promise<ByteStream>;
  close(): Promise<void>;
}

export const isUrl = (location: string): boolean => /^https?:\/\//i.test(location);

/** The last part of a path or URL, for people and for finding the files beside it. */
export function locationName(location: string): string {
  if (!isUrl(location)) return basename(location);
  const last = new URL(location).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/**
 * @param location a path, or an http or https URL
 * @throws EngineError `image-not-found`, `image-unreadable`, or one of the `http-` errors
 */
export async function openLocation(location: string, signal?: AbortSignal): Promise<StoredFile> {
  if (!isUrl(location)) {
    const source = await openGuardedFile(location);
    return {
      name: locationName(location),
      size: source.size,
      block: source,
      local: true,
      openStream: (offset) => Promise.resolve(streamRange(source, Math.min(offset, source.size))),
      close: () => source.close(),
    };
  }
  if (!URL.canParse(location)) throw new EngineError('image-not-found', { path: location });
  // Node's HTTP is large, and every thread that opens an image would load it.
  const { openHttpSource } = await import('../io/node-http-source.ts');
  const source = await openHttpSource(location, { signal });
  return {
    name: locationName(location),
    size: source.size,
    block: source.block,
    local: false,
    openStream: (offset) => source.openStream(offset),
    close: () => source.close(),
  };
}
