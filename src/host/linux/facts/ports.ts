import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PortHolder } from '../../../../native-free-engine/index.ts';

const MAX_PROCESSES = 100_000;
const MAX_LINES = 100_000;

interface Socket {
  readonly address: string;
  readonly inode: string;
}

/** Who has a UDP port open in the name space of this process; null when nobody has. @param net the kernel's tables of sockets */
export async function udpHolder(port: number, net = '/proc/self/net'): Promise<PortHolder | null> {
  // A table that cannot be read is no free port. Of IPv6 there is none where that is switched off.
  const tables = await Promise.all([readFile(join(net, 'udp'), 'utf8'), readFile(join(net, 'udp6'), 'utf8').catch(() => '')]);
  const socket = tables.flatMap((table) => socketsAt(table, port))[0];
  if (!socket) return null;
  const owner = await ownerOf(socket.inode);
  return { address: socket.address, process: owner?.name ?? '', pid: owner?.pid ?? null };
}

/** The sockets of /proc/net/udp at a port; addresses in hexadecimal, IPv4 byte by byte from the end. */
export function socketsAt(table: string, port: number): Socket[] {
  const found: Socket[] = [];
  for (const line of table.split('\n').slice(1, MAX_LINES)) {
    const fields = line.trim().split(/\s+/);
    const [host = '', hex = ''] = (fields[1] ?? '').split(':');
    const inode = fields[9];
    if (inode === undefined || Number.parseInt(hex, 16) !== port) continue;
    const address = host.length === 8 ? (host.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)).join('.') : '::';
    found.push({ address, inode });
  }
  return found;
}

/** Others' open files are shown to root only. */
async function ownerOf(inode: string): Promise<{ readonly name: string; readonly pid: number } | null> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).slice(0, MAX_PROCESSES);
  const wanted = `socket:[${inode}]`;
  for (const id of ids) {
    const files = await readdir(`/proc/${id}/fd`).catch(() => []);
    for (const file of files) {
      if ((await readlink(`/proc/${id}/fd/${file}`).catch(() => '')) !== wanted) continue;
      // Some programs give their threads names that say nothing; the file they run from says more.
      const program = basename(await readlink(`/proc/${id}/exe`).catch(() => ''));
      return { name: program || (await readFile(`/proc/${id}/comm`, 'utf8').catch(() => '')).trim(), pid: Number(id) };
    }
  }
  return null;
}
