import type { ByteStream } from '../io/types.ts';
import { decodedInThread } from './decoded-in-thread.ts';

/**
 * Unpacks bzip2 in a thread of its own. Bytes after the last stream that are
 * not another stream are `image-corrupt`, as for gzip.
 * @throws EngineError `image-corrupt`, `image-truncated`, both with `format`
 */
export const bunzip2 = (stream: ByteStream): ByteStream => decodedInThread(stream, 'bzip2');
