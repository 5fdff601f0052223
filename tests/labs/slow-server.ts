import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A web server with one file, in ranges, at so many bytes a second over all connections; null: as fast as it can. */
export interface SlowServer {
  readonly url: string;
  setSpeed(bytesPerSecond: number | null): void;
  close(): void;
}

export async function serveSlowly(path: string, bytesPerSecond: number | null): Promise<SlowServer> {
  const { size } = statSync(path);
  let speed = bytesPerSecond;
  let free = 0;
  // Each chunk waits for its turn in one queue, so that three connections are not three times as fast.
  let wake = new AbortController();
  const turn = async (length: number): Promise<void> => {
    const now = performance.now();
    free = Math.max(free, now);
    const mine = free;
    if (speed !== null) free += (length / speed) * 1000;
    // Another speed counts at once.
    if (mine > now) await sleep(mine - now, null, { signal: wake.signal }).catch(() => undefined);
  };
  const paced = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      await turn(chunk.length);
      yield chunk;
    }
  };
  const server = createServer((request, response) => {
    if (decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname) !== `/${basename(path)}`) {
      response.writeHead(404).end();
      return;
    }
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const start = Number(from ?? 0);
    const end = to ? Math.min(Number(to), size - 1) : size - 1;
    const headers = { 'accept-ranges': 'bytes', 'content-length': end - start + 1, etag: '"one"', ...(from === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${size}` }) };
    response.writeHead(from === undefined ? 200 : 206, headers);
    if (request.method === 'HEAD') response.end();
    // A client that hangs up has heard enough.
    else pipeline(createReadStream(path, { start, end, highWaterMark: 256 << 10 }), paced, response).catch(() => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/${basename(path)}`,
    setSpeed: (bytes) => {
      speed = bytes;
      free = performance.now();
      wake.abort();
      wake = new AbortController();
    },
    close: () => { server.closeAllConnections(); server.close(); },
  };
}
