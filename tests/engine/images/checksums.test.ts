import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChecksums, hashStored, parseChecksum } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { WebServer } from '../io-http/web-server.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'werkbank-sums-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const hex = (length: number, digit = 'a'): string => digit.repeat(length);

test.each([
  [hex(64), 'sha256', 64], [hex(40), 'sha1', 40], [hex(32), 'md5', 32], [`sha256:${hex(64)}`, 'sha256', 64],
  [`SHA-1: ${hex(40).toUpperCase()}`, 'sha1', 40], [`  md5=${hex(32)}\n`, 'md5', 32], [`SHA256 : ${hex(64)}`, 'sha256', 64],
] as const)('what a user pastes: %j', (value, algorithm, length) => {
  expect(parseChecksum(value)).toEqual({ algorithm, hex: hex(length), from: null });
});

test.each(['', 'abc', hex(63), `${hex(63)}g`, `md5:${hex(64)}`, `sha512:${hex(128)}`, hex(128), `${hex(64)} x.img`])('refused: %j', (value) => {
  expect(() => parseChecksum(value)).toThrow(expect.objectContaining({ code: 'checksum-malformed' }));
});

test.each([
  ['SHA256SUMS', `${hex(64, 'b')}  other.img\n${hex(64)}  x.img\n`],
  ['SHA256SUMS', `${hex(64)} *x.img\r\n`],
  ['SHA256SUMS', `${hex(64)}  ./x.img\n`],
  ['SHA256SUMS', `# signed\nSHA256 (x.img) = ${hex(64)}\n`],
  ['x.img.sha256', `${hex(64)}\n`],
  ['x.img.sha256sum', `${hex(64).toUpperCase()}  x.img`],
])('found in %s: %j', async (name, content) => {
  await writeFile(join(folder, name), content);
  expect(await findChecksums(join(folder, 'x.img'))).toEqual([{ algorithm: 'sha256', hex: hex(64), from: name }]);
  await rm(join(folder, name));
});

test.each([
  ['of another file', `${hex(64)}  y.img`],
  ['of a name that only ends alike', `${hex(64)}  max.img`],
  ['of the wrong length', `${hex(63)}  x.img`],
  ['of another algorithm', `MD5 (x.img) = ${hex(64)}`],
  ['that is binary', '\0\xff\0'],
])('a list %s gives nothing', async (_, content) => {
  await writeFile(join(folder, 'SHA256SUMS'), content);
  expect(await findChecksums(join(folder, 'x.img'))).toEqual([]);
  await rm(join(folder, 'SHA256SUMS'));
});

test('beside a URL, the strongest first; failures are no fault', async () => {
  const server = new WebServer();
  const base = await server.start();
  server.put('/dir/MD5SUMS', Buffer.from(`${hex(32)}  x y.img\n`));
  server.put('/dir/SHA256SUMS', Buffer.from(`${hex(64)}  x y.img\n`));
  expect(await findChecksums(`${base}/dir/x%20y.img?token=1`)).toEqual([
    { algorithm: 'sha256', hex: hex(64), from: 'SHA256SUMS' },
    { algorithm: 'md5', hex: hex(32), from: 'MD5SUMS' },
  ]);
  await server.stop();
});

need({ tools: ['sha256sum', 'sha1sum', 'md5sum'] })('hashes a stored file as the tools do, and tells how far it is', async () => {
  const path = join(folder, 'big.img');
  const bytes = Buffer.concat([Buffer.alloc(5_000_000), seeded(5).bytes(100_001)]);
  await writeFile(path, bytes);
  for (const algorithm of ['sha256', 'sha1', 'md5'] as const) {
    const seen: number[] = [];
    const sum = await hashStored(path, algorithm, { onProgress: (done) => seen.push(done) });
    expect(sum).toBe(execFileSync(`${algorithm}sum`, [path]).toString().split(' ')[0]);
    expect(sum).toBe(createHash(algorithm).update(bytes).digest('hex'));
    expect(seen.at(-1)).toBe(bytes.length);
  }
  await expect(hashStored(path, 'md5', { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
});
