import type { ByteStream } from '../io/types.ts';
import { decodedInThread } from './decoded-in-thread.ts';

/**
 * Unpacks LZ4 frames in a thread of its own. Bytes after the last frame that are not another frame are
 * `image-corrupt`, as for gzip. Legacy frames have no end of their own: one that was cut off between two blocks cannot
 * be told from a whole one.
 * @throws EngineError `image-corrupt`, `image-truncated`, both with `format`
 */
export const unlz4 = (stream: ByteStream): ByteStream => decodedInThread(stream, 'lz4');
