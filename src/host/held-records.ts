import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf, replaceFile, sweepUnfinished } from '../../native-free-engine/index.ts';

/** What has to be put right when we die before we can do it ourselves. */
const heldSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('remount'), devno: z.string().max(32), source: z.string().max(4096), mountPoint: z.string().max(4096), options: z.string().max(4096) }),
  z.object({ kind: z.literal('shadow-copy'), id: z.string().regex(/^\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}$/) }),
]);
const recordSchema = z.object({ owner: z.string().max(200), held: heldSchema });

export type Held = z.infer<typeof heldSchema>;

export interface HeldRecords {
  /** Written down before it returns. Returns the way to strike it out. */
  add(held: Held): Promise<() => Promise<void>>;
  /** What processes left that are gone. */
  orphans(): Promise<{ readonly held: Held; readonly forget: () => Promise<void> }[]>;
}

const MAX_RECORDS = 1000;
const MAX_RECORD_BYTES = 64 * 1024;

/** One small file for each thing held, so that two programs never write the same one. */
export function heldRecords(folder: string): HeldRecords {
  return {
    async add(held) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, `${randomUUID()}.json`);
      await replaceFile(path, JSON.stringify({ owner: await processMark(process.pid), held }), { mode: 0o600 });
      return () => rm(path, { force: true });
    },
    async orphans() {
      await sweepUnfinished(folder);
      const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).slice(0, MAX_RECORDS);
      const found = await Promise.all(names.map(async (name) => {
        const path = join(folder, name);
        const record = await readRecord(path);
        if (!record || (await isAlive(record.owner))) return null;
        return { held: record.held, forget: () => rm(path, { force: true }) };
      }));
      return found.filter((each) => each !== null);
    },
  };
}

async function readRecord(path: string): Promise<z.infer<typeof recordSchema> | null> {
  try {
    if ((await stat(path)).size > MAX_RECORD_BYTES) return null;
    return recordSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // None of ours.
    return null;
  }
}

/**
 * A process as nobody else can be it: its number alone comes back after a while.
 * On Linux `BOOT-PID-START` out of characters that names of logical volumes may have; elsewhere `PID`.
 */
export async function processMark(pid: number): Promise<string> {
  const text = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  const [boot, status] = await Promise.all([text('/proc/sys/kernel/random/boot_id'), text(`/proc/${pid}/stat`)]);
  // The program's name, in brackets, may hold anything; field 22 is when it started. See proc_pid_stat(5).
  const started = status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
  return started ? `${boot.slice(0, 8)}-${pid}-${started}` : String(pid);
}

/** Whether the process with this mark still runs. What cannot be told counts as running. */
export async function isAlive(mark: string): Promise<boolean> {
  const pid = Number(/^(?:[0-9a-f]{8}-)?(\d{1,10})(?:-\d+)?$/.exec(mark)?.[1]);
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
  return (await processMark(pid)) === mark;
}
