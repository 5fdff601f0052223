import type { ByteStream } from '../io/types.ts';
import { BufferedInput } from './buffered-input.ts';
import { decodedStream } from './decoded-stream.ts';
import { startDecoding } from './decoder-thread.ts';
import { INPUT_CHUNK_BYTES, READ_AHEAD_BYTES } from './inflater.ts';

const FORMAT = 'lz4';

/**
 * Unpacks LZ4 frames in a thread of its own. Bytes after the last frame that are not another frame are
 * `image-corrupt`, as for gzip. Legacy frames have no end of their own: one that was cut off between two blocks cannot
 * be told from a whole one.
 * @throws EngineError `image-corrupt`, `image-truncated`, both with `format`
 */
export function unlz4(stream: ByteStream): ByteStream {
  const input = new BufferedInput(stream, FORMAT);
  const task = startDecoding(FORMAT, { codec: 'lz4' }, { output: READ_AHEAD_BYTES });
  const feed = async (): Promise<void> => {
    for (;;) {
      const piece = await input.takeSome(INPUT_CHUNK_BYTES);
      if (!piece) break;
      if (!(await task.feed(piece))) return;
    }
    task.finish(null);
  };
  feed().catch((error: unknown) => task.fail(error));
  return decodedStream({
    size: null,
    readSome: (buffer) => task.read(buffer),
    consumed: () => input.consumed(),
    close() {
      task.release();
      return input.close();
    },
  });
}
