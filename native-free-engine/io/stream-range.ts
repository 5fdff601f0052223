import type { BlockSource, ByteStream } from './types.ts';

/** The bytes of `source` from `start` to before `end`, one after the other. Closing it leaves the source open. */
export function streamRange(source: BlockSource, start = 0, end = source.size): ByteStream {
  let position = start;
  return {
    size: end - start,
    async read(buffer) {
      const count = Math.min(buffer.length, end - position);
      if (count <= 0) return 0;
      await source.readInto(position, count === buffer.length ? buffer : buffer.subarray(0, count));
      position += count;
      return count;
    },
    consumed: () => position,
    close: () => Promise.resolve(),
  };
}

/** Reads `count` bytes and drops them. Returns false when the stream ends before that. */
export async function skipBytes(stream: ByteStream, count: number): Promise<boolean> {
  const scratch = new Uint8Array(Math.min(count, 1 << 20));
  for (let left = count; left > 0; ) {
    const got = await stream.read(scratch.subarray(0, Math.min(left, scratch.length)));
    if (got === 0) return false;
    left -= got;
  }
  return true;
}

/** The first bytes of a stream, up to `limit`. */
export async function readHead(stream: ByteStream, limit: number): Promise<Uint8Array> {
  const head = new Uint8Array(limit);
  return head.subarray(0, await stream.read(head));
}
