import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { EngineError, toEngineError } from '../../../native-free-engine/index.ts';
import { createRendezvous, type Elevation } from '../../host/index.ts';
import { socketChannel, type Channel } from '../engine-host/channel.ts';
import { helloSchema, parseMessage } from '../engine-host/protocol.ts';

/** Once the rights are given the engine host answers at once, or never. In milliseconds. */
const ANSWER_TIMEOUT_MS = 60_000;

/**
 * Starts an engine host with administrator rights and waits until it has
 * connected to a private socket and said a token that only it can have read.
 * The first connection is the only one; socket and token are gone afterwards.
 * @throws EngineError `elevation-refused`, `elevation-unavailable`; `engine-protocol` for a wrong token
 */
export async function openElevatedChannel(
  elevation: Pick<Elevation, 'start'>,
  command: { readonly program: string; readonly args: readonly string[] },
  answerTimeoutMs = ANSWER_TIMEOUT_MS,
): Promise<Channel> {
  const rendezvous = await createRendezvous();
  const { socketPath, tokenPath, token } = rendezvous;
  const server = createServer();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await listen(server, socketPath);
    const arrival = authenticated(server, token);
    const failure = elevation.start({ ...command, socketPath, tokenPath }).then(
      () => new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new EngineError('elevation-unavailable', { reason: 'no-answer' })), answerTimeoutMs);
      }),
    );
    return await Promise.race([arrival, failure]);
  } finally {
    clearTimeout(timer);
    server.close();
    await rendezvous.close();
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

function authenticated(server: Server, token: string): Promise<Channel> {
  return new Promise((resolve, reject) => {
    server.once('connection', (socket) => {
      // Whoever comes second finds nobody listening; who is already in the queue is hung up on.
      server.close();
      server.on('connection', (late) => late.destroy());
      const channel = socketChannel(socket);
      channel.onClose(() => reject(new EngineError('engine-protocol', { detail: 'the connection ended before the token' })));
      channel.onMessage((message) => {
        try {
          const hello = parseMessage(helloSchema, message, 'hello');
          if (!timingSafeEqual(Buffer.from(hello.token), Buffer.from(token))) throw new EngineError('engine-protocol', { detail: 'wrong token' });
          resolve(channel);
        } catch (error) {
          reject(toEngineError(error));
          socket.destroy();
        }
      });
    });
  });
}
