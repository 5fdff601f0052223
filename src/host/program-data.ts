import { readFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Who called sudo: what belongs to a user is then theirs, not root's. */
interface InvokingUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

const PASSWD = '/etc/passwd';

/** The user behind sudo, or null when this process runs as who started it. */
export async function invokingUser(env: NodeJS.ProcessEnv, passwd: string = PASSWD): Promise<InvokingUser | null> {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = [Number(env['SUDO_UID']), Number(env['SUDO_GID'])];
  const name = env['SUDO_USER'] ?? '';
  if (!env['SUDO_UID'] || !Number.isSafeInteger(uid) || uid <= 0 || !Number.isSafeInteger(gid) || gid < 0) return null;
  const home = env['SUDO_HOME'] || (await homeOf(uid, passwd)) || (process.platform === 'darwin' && /^[\w.-]+$/.test(name) ? `/Users/${name}` : '');
  return home === '' ? null : { name, uid, gid, home };
}

/** `name:password:uid:gid:comment:home:shell` */
async function homeOf(uid: number, passwd: string): Promise<string> {
  const lines = (await readFile(passwd, 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  return lines.find((fields) => fields[2] === String(uid))?.[5] ?? '';
}

/** The folder for this program's own data on this system, the same for window and terminal. With sudo it is that of the user who called it. */
export async function programData(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): Promise<string> {
  const user = await invokingUser(env);
  return programDataIn(user?.home ?? ownHome(), user ? {} : env, platform);
}

/** The home folder of who runs this; a HOME that is no whole path counts as none. A user that the system does not know has the root folder, as in containers. */
export function ownHome(): string {
  for (const home of [homedir, () => userInfo().homedir]) {
    try {
      const path = home();
      if (isAbsolute(path)) return path;
    } catch {
      // Without HOME and without an entry in passwd there is no answer.
    }
  }
  return '/';
}

/** @param home the user's home folder */
export function programDataIn(home: string, env: NodeJS.ProcessEnv, platform: string): string {
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Werkbank');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Werkbank');
  const data = env['XDG_DATA_HOME'] ?? '';
  return join(isAbsolute(data) ? data : join(home, '.local', 'share'), 'werkbank');
}

/**
 * Does something with the rights of the user who called sudo, so that files are theirs and no link of theirs leads root astray.
 * The rights are those of the whole process meanwhile: only for moments in which it does nothing else.
 */
export async function asInvokingUser<T>(act: () => Promise<T>, env: NodeJS.ProcessEnv = process.env): Promise<T> {
  const user = await invokingUser(env);
  if (!user) return act();
  const { setegid, seteuid, getegid, getgroups, setgroups } = process as Required<NodeJS.Process>;
  const [groups, group] = [getgroups(), getegid()];
  setgroups([user.gid]);
  setegid(user.gid);
  seteuid(user.uid);
  try {
    return await act();
  } finally {
    seteuid(0);
    setegid(group);
    setgroups(groups);
  }
}
