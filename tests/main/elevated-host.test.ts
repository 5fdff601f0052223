import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EngineError } from '../../native-free-engine/index.ts';
import type { Channel } from '../../src/main/engine-host/channel.ts';
import { connectBack } from '../../src/main/engine-host/connect-back.ts';
import { encodeFrame } from '../../src/main/engine-host/framing.ts';
import type { ElevatedCommand } from '../../src/host/index.ts';
import { openElevatedChannel } from '../../src/main/services/elevated-host.ts';

/** On a busy machine soon may be late. */
const soon = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 300_000 });
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wb-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const open = (start: (command: ElevatedCommand) => Promise<void>, timeoutMs?: number): Promise<Channel> =>
  openElevatedChannel({ start }, { program: '/program', args: [] }, timeoutMs);
const codeOf = async (act: Promise<unknown>): Promise<string> => act.then(() => 'no error', (error: unknown) => (error as EngineError).code);
const nextMessage = (channel: Channel): Promise<unknown> => new Promise((resolve) => channel.onMessage(resolve));

test('the host that knows the token is let in, and nothing stays behind', async () => {
  let hostEnd: Channel | undefined;
  let modes: number[] = [];
  const channel = await open(async ({ socketPath, tokenPath }) => {
    modes = [(await lstat(dirname(socketPath))).mode & 0o777, (await lstat(tokenPath)).mode & 0o777];
    hostEnd = await connectBack(socketPath, tokenPath);
  });
  expect(modes).toEqual([0o700, 0o600]);
  expect(await readdir(folder)).toEqual([]);
  hostEnd?.send({ say: 'something' });
  expect(await nextMessage(channel)).toEqual({ say: 'something' });
  channel.close();
});

const wrongHellos: [string, (token: string) => Buffer][] = [
  ['a wrong token', (token) => encodeFrame({ type: 'hello', token: token.replace(/^./, (first) => (first === '0' ? '1' : '0')) })],
  ['a short token', (token) => encodeFrame({ type: 'hello', token: token.slice(1) })],
  ['another message', () => encodeFrame({ type: 'call', id: 0, name: 'disks.list', input: null })],
  ['garbage', () => Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['nothing at all', () => Buffer.alloc(0)],
];
test.each(wrongHellos)('%s is refused', async (_what, hello) => {
  const opened = open(async ({ socketPath, tokenPath }) => {
    const token = await readFile(tokenPath, 'latin1');
    const socket = connect(socketPath, () => socket.end(hello(token)));
    socket.on('error', () => undefined);
  }, 5000);
  expect(await codeOf(opened)).toBe('engine-protocol');
  expect(await readdir(folder)).toEqual([]);
});

test('a second connection finds nobody', async () => {
  let place: ElevatedCommand | undefined;
  const late: string[] = [];
  const knock = (path: string): Promise<void> =>
    new Promise((resolve) => {
      const socket: Socket = connect(path);
      socket.on('error', (error: NodeJS.ErrnoException) => late.push(error.code ?? ''));
      socket.on('end', () => late.push('hung up'));
      socket.on('close', () => resolve());
    });
  const channel = await open(async (rendezvous) => {
    place = rendezvous;
    await connectBack(rendezvous.socketPath, rendezvous.tokenPath);
    await knock(rendezvous.socketPath);
  });
  await knock(place?.socketPath ?? '');
  await soon(() => expect(late).toHaveLength(2));
  expect(late[1]).toBe('ENOENT');
  channel.close();
});

test('nobody coming in time is an error by name', async () => {
  expect(await codeOf(open(async () => undefined, 50))).toBe('elevation-unavailable');
  expect(await readdir(folder)).toEqual([]);
});

test('a refusal of the system is passed on at once', async () => {
  const refused = open(async () => {
    throw new EngineError('elevation-unavailable');
  });
  expect(await codeOf(refused)).toBe('elevation-unavailable');
});

test('the elevated side talks only to a private socket and reads only a token', async () => {
  const lair = join(folder, 'lair');
  await mkdir(lair);
  await chmod(lair, 0o755);
  const server = createServer((socket) => socket.resume());
  const socketPath = join(lair, 'socket');
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const tokenPath = join(lair, 'token');
  await writeFile(tokenPath, 'a'.repeat(64), { mode: 0o600 });

  expect(await codeOf(connectBack(socketPath, tokenPath)), 'a folder open to others').toBe('engine-protocol');
  await chmod(lair, 0o700);
  await chmod(tokenPath, 0o644);
  expect(await codeOf(connectBack(socketPath, tokenPath)), 'a token open to others').toBe('engine-protocol');
  const secret = join(lair, 'secret');
  await writeFile(secret, 'root:x:0:0', { mode: 0o600 });
  expect(await codeOf(connectBack(socketPath, secret)), 'some other file').toBe('engine-protocol');
  const link = join(lair, 'link');
  await symlink(secret, link);
  expect(await codeOf(connectBack(socketPath, link)), 'a link').toBe('engine-protocol');
  await chmod(tokenPath, 0o600);
  const channel = await connectBack(socketPath, tokenPath);
  channel.close();
  await new Promise((resolve) => server.close(resolve));
});
