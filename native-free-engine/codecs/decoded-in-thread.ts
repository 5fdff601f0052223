import type { ByteStream } from '../io/types.ts';
import { BufferedInput } from './buffered-input.ts';
import { decodedStream } from './decoded-stream.ts';
import { startDecoding } from './decoder-thread.ts';
import { INPUT_CHUNK_BYTES, READ_AHEAD_BYTES } from './inflater.ts';

/**
 * Unpacks a stream as a whole in a thread of its own, for formats that are nothing but one stream after another.
 * @throws EngineError `image-corrupt`, `image-truncated`, both with `format`
 */
export function decodedInThread(stream: ByteStream, codec: 'bzip2' | 'lz4'): ByteStream {
  const input = new BufferedInput(stream, codec);
  const task = startDecoding(codec, { codec }, { output: READ_AHEAD_BYTES });
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
