import { lstat, open, rm } from 'node:fs/promises';
import { constants } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { EngineError } from '../../../native-free-engine/index.ts';
import { socketChannel, type Channel } from './channel.ts';

/** A token is 32 random bytes in hexadecimal. */
const TOKEN_LENGTH = 64;

/**
 * Connects an elevated engine host to the program that asked for it and says
 * the token first. This process has an administrator's reach, so it talks only
 * to a socket in a private folder and reads only a token from beside it.
 * @throws EngineError `engine-protocol` when the folder, the token file or the socket is not as it should be
 */
export async function connectBack(socketPath: string, tokenPath: string): Promise<Channel> {
  // Windows pipes have no folder; there the token file in the user's own profile is what is private.
  const owner = process.platform === 'win32' ? null : await ownerOfPrivateFolder(socketPath);
  const token = await readToken(tokenPath, owner);
  const socket = connect(socketPath);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error) => reject(new EngineError('engine-protocol', { detail: 'nobody listens' }, { cause: error })));
  });
  const channel = socketChannel(socket);
  channel.send({ type: 'hello', token });
  // Used up; that it is gone also tells whoever asked for the rights that they were given. The listener may be faster.
  await rm(tokenPath, { force: true });
  return channel;
}

async function ownerOfPrivateFolder(socketPath: string): Promise<number> {
  const refuse = (cause?: unknown): never => {
    throw new EngineError('engine-protocol', { detail: 'the socket is not in a private folder' }, { cause });
  };
  const folder = await lstat(dirname(socketPath)).catch(refuse);
  const socket = await lstat(socketPath).catch(refuse);
  const openToOthers = (folder.mode & 0o077) !== 0;
  return folder.isDirectory() && !openToOthers && socket.isSocket() && socket.uid === folder.uid ? folder.uid : refuse();
}

/** Anything but a token is refused unread, so that nobody can have another file read to them with our rights. */
async function readToken(path: string, owner: number | null): Promise<string> {
  const refuse = (cause?: unknown): never => {
    throw new EngineError('engine-protocol', { detail: 'the token file is not one' }, { cause });
  };
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)).catch(refuse);
  try {
    const stat = await file.stat();
    const foreign = owner !== null && (stat.uid !== owner || (stat.mode & 0o077) !== 0);
    if (!stat.isFile() || stat.size !== TOKEN_LENGTH || foreign) return refuse();
    const token = await file.readFile('latin1');
    return /^[0-9a-f]+$/.test(token) ? token : refuse();
  } finally {
    await file.close();
  }
}
