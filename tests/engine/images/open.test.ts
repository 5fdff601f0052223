import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bzip2Sample, zipFile } from './zip-file.ts';
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSeekTable, compressFrame, openImage, readBytes } from '../../../native-free-engine/index.ts';
import { imageBytes, readAll } from '../../support/test-image.ts';
import { WebServer } from '../io-http/web-server.ts';

const disk = imageBytes('disk', 300_032);
let folder = '';
const server = new WebServer();
let base = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'werkbank-open-'));
  base = await server.start();
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}
const opening = async (name: string, bytes: Uint8Array): Promise<Buffer> => {
  const image = await openImage(await file(name, bytes), { tempDir: folder });
  try {
    return await readAll(image);
  } finally {
    await image.close();
  }
};

test('a missing file, a folder, an empty file and an empty packing have their names', async () => {
  await expect(openImage(join(folder, 'none.img'))).rejects.toMatchObject({ code: 'image-not-found' });
  await expect(openImage(folder)).rejects.toMatchObject({ code: 'image-unreadable' });
  await expect(opening('empty.img', Buffer.alloc(0))).rejects.toMatchObject({ code: 'image-empty' });
  await expect(opening('empty.img.gz', gzipSync(Buffer.alloc(0)))).rejects.toMatchObject({ code: 'image-empty' });
});

test('packings are known by their bytes, whatever the file is called', async () => {
  expect(Buffer.compare(await opening('image.img', gzipSync(disk)), disk)).toBe(0);
});

test('a name that promises a packing the bytes do not have is damage, not a raw image', async () => {
  await expect(opening('image.img.gz', disk)).rejects.toMatchObject({ code: 'image-corrupt', params: { format: 'gzip' } });
});

test('four wrappings are opened, five are not', async () => {
  const four = gzipSync(zstdCompressSync(gzipSync(gzipSync(disk))));
  expect(Buffer.compare(await opening('four', four), disk)).toBe(0);
  await expect(opening('five', gzipSync(four))).rejects.toMatchObject({ code: 'container-too-deep', params: { limit: 4 } });
});

test.each([
  ['qcow2', [0x51, 0x46, 0x49, 0xfb]],
  ['VHDX', Buffer.from('vhdxfile')],
  ['VHD', Buffer.from('conectix')],
  ['VMDK', Buffer.from('KDMV')],
  ['WIM', Buffer.from('MSWIM\0\0\0')],
])('%s is refused by name, packed too', async (format, magic) => {
  const bytes = Buffer.concat([Buffer.from(magic), Buffer.alloc(4096)]);
  await expect(opening('x.img', bytes)).rejects.toMatchObject({ code: 'image-format-unsupported', params: { format } });
  await expect(opening('x.img.gz', gzipSync(bytes))).rejects.toMatchObject({ code: 'image-format-unsupported', params: { format } });
});

test('a file that changes while it is read is noticed', async () => {
  const path = await file('changing.img', disk);
  const image = await openImage(path);
  await utimes(path, new Date(), new Date(Date.now() + 60_000));
  await expect(readAll(image)).rejects.toMatchObject({ code: 'image-changed' });
  await image.close();
});

test('a file of which only a part is read, as of a disc, is noticed too: changed, and gone', async () => {
  const path = await file('changing.iso', disk);
  const image = await openImage(path);
  const read = (): Promise<Uint8Array> => readBytes(image.block!, 1024, 512);
  await read();
  await utimes(path, new Date(), new Date(Date.now() + 60_000));
  await expect(read()).rejects.toMatchObject({ code: 'image-changed' });
  await rm(path);
  await expect(read()).rejects.toMatchObject({ code: 'image-unreadable', params: { errno: 'ENOENT' } });
  await image.close();
});

test('a gz with zeros behind it is whole; with anything else it is damaged', async () => {
  expect(Buffer.compare(await opening('padded.gz', Buffer.concat([gzipSync(disk), Buffer.alloc(5000)])), disk)).toBe(0);
  await expect(opening('dirty.gz', Buffer.concat([gzipSync(disk), Buffer.alloc(50), Buffer.from('x')]))).rejects.toMatchObject({ code: 'image-corrupt' });
  await expect(opening('dirty.gz', Buffer.concat([gzipSync(disk), Buffer.from('garbage')]))).rejects.toMatchObject({ code: 'image-corrupt' });
});

test('frames packed here are unpacked in order, with their size from the seek table', async () => {
  const blocks = [0, 1, 2, 3, 4].map((index) => imageBytes('disk', 1_000_448 + index * 512));
  const frames = await Promise.all(blocks.map((block) => compressFrame(block)));
  const table = buildSeekTable(frames.map((frame, index) => ({ packed: frame.length, unpacked: blocks[index]!.length })));
  for (const parts of [[...frames, table], frames]) {
    const image = await openImage(await file('frames.zst', Buffer.concat(parts)));
    expect(image.size).toBe(Buffer.concat(blocks).length);
    expect(Buffer.compare(await readAll(image), Buffer.concat(blocks))).toBe(0);
    await image.close();
  }
});

test('a dictionary or window that would take all memory is refused by name', async () => {
  const zst = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  await expect(opening('huge.zst', zst)).rejects.toMatchObject({ code: 'image-format-unsupported' });
});

test.each([
  ['no image', [{ name: 'README.txt', data: disk }, { name: 'folder/', data: Buffer.alloc(0) }], 'zip-no-image'],
  ['nothing', [], 'zip-no-image'],
  ['several images', [{ name: 'a.img', data: disk }, { name: 'b/c.iso', data: disk }], 'zip-several-images'],
  ['an encrypted image', [{ name: 'a.img', data: disk, flags: 1, size: disk.length - 12 }], 'zip-encrypted'],
  ['a method nobody knows', [{ name: 'a.img', data: disk, method: 97 }], 'zip-unsupported'],
  ['a wrong CRC', [{ name: 'a.img', data: disk, crc: 1 }], 'image-corrupt'],
  ['a size that is too small', [{ name: 'a.img', data: deflateRawSync(disk), method: 8, size: 1000, crc: 1 }], 'image-corrupt'],
  ['a size that is too large', [{ name: 'a.img', data: deflateRawSync(disk), method: 8, size: 1e9, crc: 1 }], 'image-corrupt'],
])('a zip with %s', async (_, entries, code) => {
  await expect(opening('x.zip', zipFile(entries))).rejects.toMatchObject({ code });
});

test('in a zip the image is found beside its companions, by its name or because it is the only large one', async () => {
  const companions = [{ name: 'SHA256SUMS', data: Buffer.from('x') }, { name: '__MACOSX/._a.img', data: disk }, { name: 'LICENSE', data: disk }, { name: 'x.bmap', data: disk }];
  expect(Buffer.compare(await opening('x.zip', zipFile([...companions, { name: '../../a.img', data: disk }])), disk)).toBe(0);
  const large = imageBytes('disk', 1_200_640);
  expect(Buffer.compare(await opening('x.zip', zipFile([...companions, { name: 'firmware', data: large }, { name: 'small', data: disk }])), large)).toBe(0);
});

test('zip entries packed as zstd and bzip2', async () => {
  const entry = { name: 'a.img', method: 93, data: zstdCompressSync(disk), content: disk };
  expect(Buffer.compare(await opening('x.zip', zipFile([entry])), disk)).toBe(0);
  expect((await opening('y.zip', zipFile([{ name: 'a.img', method: 12, data: bzip2Sample.packed, content: bzip2Sample.content }]))).toString()).toBe(bzip2Sample.content.toString());
});

test('a zip in a stream leaves no temporary file, also when it is broken, and tells its progress', async () => {
  const seen: number[] = [];
  const inner = zipFile([{ name: 'a.img', data: disk }]);
  const image = await openImage(await file('x.zip.gz', gzipSync(inner)), { tempDir: folder, onUnpack: (bytes) => seen.push(bytes) });
  expect(seen.at(-1)).toBe(inner.length);
  // While it is open too: it has no name, so that nothing stays when the program is killed.
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  await image.close();
  await expect(opening('y.zip.gz', gzipSync(inner.subarray(0, inner.length - 30)))).rejects.toMatchObject({ code: 'image-truncated' });
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('over HTTP: raw, packed, and a zip through ranges, without them through a temporary file', async () => {
  server.put('/a%20b.img', disk);
  server.put('/x.img.gz', gzipSync(disk), { cutAfter: (count) => (count < 3 ? 9000 : null) });
  server.put('/x.zip', zipFile([{ name: 'a.img', data: disk }]));
  server.put('/y.zip', zipFile([{ name: 'a.img', data: disk }]), { ranges: false });
  for (const [path, name] of [['/a%20b.img', 'a b.img'], ['/x.img.gz?key=1', 'x.img.gz'], ['/x.zip', 'x.zip'], ['/y.zip', 'y.zip']] as const) {
    const image = await openImage(`${base}${path}`, { tempDir: folder });
    expect(image.name).toBe(name);
    expect(Buffer.compare(await readAll(image), disk)).toBe(0);
    await image.close();
  }
  await expect(openImage(`${base}/none.img`)).rejects.toMatchObject({ code: 'http-status' });
});

test('cancelled before it began', async () => {
  await expect(openImage(await file('c.img', disk), { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
});
