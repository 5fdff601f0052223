import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { Disk } from '../../contract/index.ts';
import { outputOf, type CommandRunner } from '../command.ts';
import { isAlive, processMark } from '../held-records.ts';
import type { Hold } from '../sources.ts';
import { readBlockDevices } from './sysfs.ts';

const TIMEOUT_MS = 60_000;
const PREFIX = 'werkbank-snap-';
const MIB = 1024 * 1024;
/** Room for what changes while the volume is read: a tenth of it, within what the group has left. */
const SHARE = 0.1;
const LEAST_ROOM = 16 * MIB;

const NAME = /^[A-Za-z0-9_.+][A-Za-z0-9_.+-]{0,126}$/;
const name = z.string().regex(NAME);
const bytes = z.string().regex(/^\d{1,16}$/).transform(Number);
const volumeSchema = z.object({ lv_name: name, vg_name: name, vg_free: bytes, vg_extent_size: bytes, lv_size: bytes, segtype: z.string() });
const healthSchema = z.object({ lv_name: name, vg_name: name, lv_snapshot_invalid: z.string(), data_percent: z.string() });
const namesSchema = z.object({ lv_name: name, vg_name: name });

/** The volumes in the JSON that `lvs --reportformat json` prints. @throws EngineError `tool-failed` */
export function parseVolumes<T>(json: string, schema: z.ZodType<T>): T[] {
  try {
    return z.object({ report: z.array(z.object({ lv: z.array(schema) })) }).parse(JSON.parse(json)).report.flatMap((each) => each.lv);
  } catch (error) {
    throw new EngineError('tool-failed', { tool: 'lvs', detail: 'odd-answer' }, { cause: error });
  }
}

/** A name that says whose the snapshot is: of a process that is gone, anybody may remove it. */
export const snapshotName = async (): Promise<string> => `${PREFIX}${await processMark(process.pid)}-${randomBytes(2).toString('hex')}`;

function ownerOf(snapshot: string): string {
  return snapshot.slice(PREFIX.length).replace(/-[0-9a-f]{4}$/, '');
}

/** Makes a snapshot of a logical volume. @throws EngineError `snapshot-failed`, `tool-missing`, `rights-needed` */
export async function snapshotVolume(run: CommandRunner, disk: Disk): Promise<Hold> {
  const failed = (cause: unknown): EngineError => new EngineError('snapshot-failed', { volume: disk.path }, { cause });
  const lvs = async <T>(columns: string, volume: string, schema: z.ZodType<T>): Promise<T | undefined> =>
    parseVolumes(await outputOf(run, 'lvs', ['--reportformat', 'json', '--units', 'b', '--nosuffix', '--binary', '--options', columns, '--', volume], { timeoutMs: TIMEOUT_MS }), schema)[0];

  let origin: z.infer<typeof volumeSchema> | undefined;
  try {
    origin = await lvs('lv_name,vg_name,vg_free,vg_extent_size,lv_size,segtype', disk.path, volumeSchema);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'tool-missing') throw error;
    throw failed(error);
  }
  if (!origin) throw failed(new Error('no such volume'));
  const snapshot = await snapshotName();
  const volume = `${origin.vg_name}/${snapshot}`;
  // A thin volume's snapshot shares its pool; any other needs room of its own.
  const thin = origin.segtype === 'thin';
  const room = snapshotRoom(origin.lv_size, origin.vg_free, origin.vg_extent_size);
  if (!thin && room === null) throw failed(new Error(`the volume group has only ${origin.vg_free} bytes left`));
  const size = thin ? ['--setactivationskip', 'n'] : ['--size', `${room}b`];
  const made = await run('lvcreate', ['--yes', '--snapshot', ...size, '--name', snapshot, '--', `${origin.vg_name}/${origin.lv_name}`], { timeoutMs: TIMEOUT_MS });
  if (made.code !== 0) {
    if (/permission denied|superuser|root/i.test(made.stderr)) throw new EngineError('rights-needed', { path: disk.path });
    throw failed(new Error(made.stderr.trim().slice(0, 500)));
  }

  return {
    whole: { path: mapperPath(origin.vg_name, snapshot), size: disk.size, sectorSize: disk.logicalSectorSize, wholeSectors: false },
    note: { code: 'lvm-snapshot', params: { volume: `${origin.vg_name}/${origin.lv_name}`, room: thin ? 0 : (room ?? 0) } },
    async confirm() {
      const health = await lvs('lv_name,vg_name,lv_snapshot_invalid,data_percent', volume, healthSchema);
      if (!health || health.lv_snapshot_invalid === '1' || Number(health.data_percent) >= 100) throw new EngineError('snapshot-lost', { volume: disk.path });
    },
    release: () => remove(run, volume),
  };
}

/** Bytes for what changes, whole extents; null when the group has too little. Pure. */
export function snapshotRoom(volume: number, free: number, extent: number): number | null {
  if (extent <= 0) return null;
  const wanted = Math.ceil(Math.max(volume * SHARE, LEAST_ROOM) / extent) * extent;
  const room = Math.min(wanted, Math.floor(free / extent) * extent);
  return room >= Math.min(LEAST_ROOM, wanted) ? room : null;
}

/** Device-mapper's node: hyphens inside a name are doubled. */
export const mapperPath = (group: string, volume: string): string => `/dev/mapper/${group.replaceAll('-', '--')}-${volume.replaceAll('-', '--')}`;

async function remove(run: CommandRunner, volume: string): Promise<void> {
  await outputOf(run, 'lvremove', ['--yes', '--force', '--', volume], { timeoutMs: TIMEOUT_MS });
}

/** Removes snapshots whose makers are gone. LVM itself refuses one that somebody reads. */
export async function sweepSnapshots(run: CommandRunner): Promise<number> {
  // Without one among the kernel's devices there is no reason to wake LVM.
  if (!(await readBlockDevices()).some((block) => block.dmName.includes(PREFIX.replaceAll('-', '--')))) return 0;
  const list = await outputOf(run, 'lvs', ['--reportformat', 'json', '--options', 'lv_name,vg_name', '--select', `lv_name=~^${PREFIX}`], { timeoutMs: TIMEOUT_MS });
  let removed = 0;
  for (const { lv_name: snapshot, vg_name: group } of parseVolumes(list, namesSchema)) {
    if (!snapshot.startsWith(PREFIX) || (await isAlive(ownerOf(snapshot)))) continue;
    await remove(run, `${group}/${snapshot}`).then(() => removed++, () => undefined);
  }
  return removed;
}
