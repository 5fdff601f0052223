import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openHttpSource, type HttpOptions, type HttpSource } from '../../../native-free-engine/io/node-http-source.ts';
import { seeded } from '../../support/seeded.ts';
import { WebServer } from './web-server.ts';

const server = new WebServer();
const image = seeded(7).bytes(600_000);
const FAST: HttpOptions = { retryDelaysMs: [5, 5, 5], idleTimeoutMs: 20_000 };
let base = '';

beforeAll(async () => {
  base = await server.start();
});
afterAll(() => server.stop());
beforeEach(() => server.requests.splice(0));

async function readFrom(source: HttpSource, offset = 0): Promise<Buffer> {
  const stream = await source.openStream(offset);
  const parts: Buffer[] = [];
  for (;;) {
    const buffer = Buffer.alloc(70_000);
    const got = await stream.read(buffer);
    if (got === 0) break;
    parts.push(buffer.subarray(0, got));
  }
  await stream.close();
  return Buffer.concat(parts);
}

async function whole(path: string, options: HttpOptions = FAST): Promise<Buffer> {
  const source = await openHttpSource(`${base}${path}`, options);
  try {
    return await readFrom(source);
  } finally {
    await source.close();
  }
}

test('reads a whole file, from an offset, and at any place', async () => {
  server.put('/a.img', image);
  const source = await openHttpSource(`${base}/a.img`, FAST);
  expect(source.size).toBe(image.length);
  expect(Buffer.compare(await readFrom(source), image)).toBe(0);
  expect(Buffer.compare(await readFrom(source, 123_457), image.subarray(123_457))).toBe(0);
  const part = Buffer.alloc(1000);
  await source.block!.readInto(599_000, part);
  expect(Buffer.compare(part, image.subarray(599_000))).toBe(0);
  await expect(source.block!.readInto(599_001, part)).rejects.toMatchObject({ code: 'struct-out-of-bounds' });
  await source.close();
});

test('a connection that drops again and again is taken up where it broke', async () => {
  server.put('/drops.img', image, { cutAfter: (count) => (count < 6 ? 90_000 : null) });
  expect(Buffer.compare(await whole('/drops.img'), image)).toBe(0);
  expect(server.requests.filter((line) => /bytes=[1-9]\d*-$/.test(line)).length).toBeGreaterThanOrEqual(4);
});

test('a server that is gone for good is unreachable, after the last try', async () => {
  server.put('/gone.img', image, { cutAfter: (count) => (count === 0 ? null : 0) });
  await expect(whole('/gone.img')).rejects.toMatchObject({ code: 'http-unreachable' });
  await expect(openHttpSource('http://127.0.0.1:1/x.img', FAST)).rejects.toMatchObject({ code: 'http-unreachable', params: { host: '127.0.0.1:1' } });
});

test('a server that stops sending without closing is given up after the idle time-out', async () => {
  server.put('/stalls.img', image, {
    instead: (request, response, count) => {
      if (count === 0) return false;
      response.writeHead(206, { 'content-range': `bytes ${/\d+/.exec(request.headers.range ?? '0')![0]}-599999/600000`, etag: '"one"' });
      response.flushHeaders();
      return true;
    },
  });
  await expect(whole('/stalls.img', { retryDelaysMs: [5], idleTimeoutMs: 100 })).rejects.toMatchObject({ code: 'http-unreachable' });
});

test.each([
  ['of another version', { etag: '"two"' }],
  ['of another size', { bytes: Buffer.alloc(500_000) }],
])('after a drop the file is %s: refused', async (_, change) => {
  server.put('/changes.img', image, { cutAfter: () => 90_000 });
  const file = server.files.get('/changes.img')!;
  file.instead = (_request, _response, count) => {
    if (count === 2) Object.assign(file, change);
    return false;
  };
  await expect(whole('/changes.img')).rejects.toMatchObject({ code: 'http-size-changed' });
});

test('a drop at a server without ranges cannot be mended', async () => {
  server.put('/plain.img', image, { ranges: false, cutAfter: () => 90_000 });
  await expect(whole('/plain.img')).rejects.toMatchObject({ code: 'http-no-range' });
});

test('a server without ranges serves whole files and offsets, and no random access', async () => {
  server.put('/plain.img', image, { ranges: false });
  const source = await openHttpSource(`${base}/plain.img`, FAST);
  expect(source.block).toBeNull();
  expect(Buffer.compare(await readFrom(source, 1234), image.subarray(1234))).toBe(0);
  await source.close();
});

const redirect = (location: string): { instead: (request: unknown, response: ServerResponse) => boolean } => ({
  instead: (_, response) => {
    response.writeHead(302, { location }).end();
    return true;
  },
});

test('redirects are followed to http only, and not for ever', async () => {
  server.put('/real.img', image);
  server.put('/to.img', image, redirect('/real.img'));
  expect(Buffer.compare(await whole('/to.img'), image)).toBe(0);
  for (const location of ['file:///etc/passwd', 'ftp://x/y', 'data:text/plain,x', 'http://[bad', '/loop.img']) {
    server.put('/loop.img', image, redirect(location));
    await expect(whole('/loop.img')).rejects.toMatchObject({ code: 'http-redirect-refused' });
  }
});

test('the status of the server is told; a passing fault of its own is tried again', async () => {
  await expect(whole('/none.img')).rejects.toMatchObject({ code: 'http-status', params: { status: 404 } });
  const failing = (times: number) => ({
    instead: (_: unknown, response: ServerResponse, count: number) => {
      if (count >= times) return false;
      response.writeHead(503).end();
      return true;
    },
  });
  server.put('/busy.img', image, failing(1));
  expect(Buffer.compare(await whole('/busy.img'), image)).toBe(0);
  server.put('/busy.img', image, failing(100));
  await expect(whole('/busy.img')).rejects.toMatchObject({ code: 'http-status', params: { status: 503 } });
});

test('an empty file has size 0', async () => {
  server.put('/empty.img', Buffer.alloc(0));
  const source = await openHttpSource(`${base}/empty.img`, FAST);
  expect(source.size).toBe(0);
  expect((await readFrom(source)).length).toBe(0);
  await source.close();
});

test('cancelling ends a read that waits', async () => {
  server.put('/waits.img', image, { instead: (_, response, count) => (count === 0 ? false : (response.writeHead(200, { etag: '"one"' }), response.flushHeaders(), true)) });
  const controller = new AbortController();
  const reading = whole('/waits.img', { signal: controller.signal, idleTimeoutMs: 20_000 });
  setTimeout(() => controller.abort(), 50);
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
});
