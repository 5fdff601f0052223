import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '../../../native-free-engine/index.ts';
import { socketChannel, type Channel } from '../engine-host/channel.ts';
import { helloSchema, parseMessage } from '../engine-host/protocol.ts';

/** Long enough to type a password, short enough to try again. In milliseconds. */
export const ELEVATION_TIMEOUT_MS = 60_000;

export interface Rendezvous {
  readonly socketPath: string;
  readonly tokenPath: string;
}

/**
 * Waits for one elevated engine host to connect to a private socket and to say
 * a token that only it can have read, while `launch` asks for the rights.
 * The first connection is the only one; folder and token are gone afterwards.
 * @throws what `launch` throws; EngineError `elevation-refused` when nobody came in time, `engine-protocol` for a wrong token
 */
export async function openElevatedChannel(
  launch: (rendezvous: Rendezvous) => Promise<void>,
  timeoutMs = ELEVATION_TIMEOUT_MS,
): Promise<Channel> {
  const folder = await mkdtemp(join(privateTempFolder(), 'werkbank-'));
  const server = createServer();
  try {
    await chmod(folder, 0o700);
    const tokenPath = join(folder, 'token');
    const socketPath = process.platform === 'win32' ? `\\\\.\\pipe\\werkbank-${randomBytes(16).toString('hex')}` : join(folder, 'socket');
    const token = randomBytes(32).toString('hex');
    await writeFile(tokenPath, token, { mode: 0o600, flag: 'wx' });
    await listen(server, socketPath);

    const arrival = authenticated(server, token);
    const failure = launch({ socketPath, tokenPath }).then(() => new Promise<never>(() => undefined));
    return await inTime(Promise.race([arrival, failure]), timeoutMs);
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder that other users cannot look into where the system has one, and that root can. */
function privateTempFolder(): string {
  return (process.platform === 'linux' && process.env['XDG_RUNTIME_DIR']) || tmpdir();
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

function authenticated(server: Server, token: string): Promise<Channel> {
  return new Promise((resolve, reject) => {
    server.once('connection', (socket: Socket) => {
      // Whoever comes second finds nobody listening; who is already in the queue is hung up on.
      server.close();
      server.on('connection', (late: Socket) => late.destroy());
      const channel = socketChannel(socket);
      channel.onClose(() => reject(new EngineError('engine-protocol', { detail: 'the connection ended before the token' })));
      channel.onMessage((message) => {
        try {
          const hello = parseMessage(helloSchema, message, 'hello');
          if (!timingSafeEqual(Buffer.from(hello.token), Buffer.from(token))) throw new EngineError('engine-protocol', { detail: 'wrong token' });
          resolve(channel);
        } catch (error) {
          reject(error as EngineError);
          socket.destroy();
        }
      });
    });
  });
}

async function inTime(channel: Promise<Channel>, timeoutMs: number): Promise<Channel> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EngineError('elevation-refused')), timeoutMs);
  });
  try {
    return await Promise.race([channel, late]);
  } finally {
    clearTimeout(timer);
  }
}
