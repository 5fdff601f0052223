import type { ByteStream } from '../io/types.ts';
import { BufferedInput } from './buffered-input.ts';
import { decodedStream } from './decoded-stream.ts';
import { startDecoding } from './decoder-thread.ts';
import { INPUT_CHUNK_BYTES, READ_AHEAD_BYTES } from './inflater.ts';

const FORMAT = 'bzip2';

/**
 * Unpacks bzip2 in a thread of its own. Bytes after the last stream that are
 * not another stream are `image-corrupt`, as for gzip.
 * @throws EngineError `image-corrupt`, `image-truncated`, both with `format`
 */
export function bunzip2(stream: ByteStream): ByteStream {
  const input = new BufferedInput(stream, FORMAT);
  const task = startDecoding(FORMAT, { codec: 'bzip2' }, { output: READ_AHEAD_BYTES });
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
