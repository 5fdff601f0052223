import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../../native-free-engine/base/errors.ts';

/**
 * Runs `work` while no other process of this machine runs work under the same
 * name. The lock is a socket in Linux's abstract name space: the kernel takes it
 * back when its holder ends, however it ends.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  let lock = await take(name);
  while (!lock) {
    await sleep(20);
    lock = await take(name);
  }
  const held = lock;
  try {
    return await work();
  } finally {
    await new Promise<void>((resolve) => void held.close(() => resolve()));
  }
}

/** Null when somebody else holds it. */
function take(name: string): Promise<Server | null> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (errnoOf(error) === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(`\0werkbank-lab-${name}`, () => resolve(server));
  });
}
