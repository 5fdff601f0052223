import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedFile {
  bytes: Buffer;
  etag: string | null;
  ranges: boolean;
  /** Bytes after which each connection is cut, by the number of the request for this file (0 is the first). */
  cutAfter: (request: number) => number | null;
  /** Answers instead of serving the file; returns false to serve it all the same. */
  instead?: (request: IncomingMessage, response: ServerResponse, count: number) => boolean;
}

/** A web server with faults that can be ordered. */
export class WebServer {
  readonly files = new Map<string, ServedFile>();
  readonly requests: string[] = [];
  readonly #server: Server = createServer((request, response) => this.#serve(request, response));
  readonly #counts = new Map<string, number>();

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  put(path: string, bytes: Buffer, faults: Partial<ServedFile> = {}): void {
    this.#counts.delete(path);
    this.files.set(path, { bytes, etag: '"one"', ranges: true, cutAfter: () => null, ...faults });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const file = this.files.get(path);
    this.requests.push(`${path} ${request.headers.range ?? ''}`.trim());
    const count = this.#counts.get(path) ?? 0;
    this.#counts.set(path, count + 1);
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    if (file.instead?.(request, response, count)) return;
    const wanted = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const sameVersion = request.headers['if-range'] === undefined || request.headers['if-range'] === file.etag;
    const partial = file.ranges && wanted !== null && sameVersion;
    const start = partial ? Number(wanted[1]) : 0;
    const end = partial && wanted[2] ? Number(wanted[2]) + 1 : file.bytes.length;
    if (partial && start >= file.bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${file.bytes.length}` }).end();
      return;
    }
    const body = file.bytes.subarray(start, end);
    response.writeHead(partial ? 206 : 200, {
      'content-length': body.length,
      ...(file.etag ? { etag: file.etag } : {}),
      ...(partial ? { 'content-range': `bytes ${start}-${end - 1}/${file.bytes.length}` } : {}),
    });
    const cut = file.cutAfter(count);
    if (cut === null) response.end(body);
    else response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
  }
}
