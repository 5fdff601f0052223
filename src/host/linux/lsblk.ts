import { EngineError } from '../../../native-free-engine/index.ts';
import { outputOf, type CommandRunner } from '../command.ts';
import { cleanText } from '../facts.ts';
import { guarded, within } from '../guarded.ts';

/** One device of `lsblk -J -O -b`, with every field given the same type in every version of lsblk. */
export interface LsblkDevice {
  /** The kernel's name: `sda1`, `dm-0`. */
  readonly name: string;
  readonly devno: string;
  /** `disk`, `part`, `loop`, `rom`, `lvm`, `crypt`, `raid1`, `mpath`, ... */
  readonly type: string;
  readonly size: number;
  readonly transport: string;
  readonly subsystems: string;
  readonly model: string;
  readonly vendor: string;
  readonly serial: string;
  readonly removable: boolean;
  readonly hotplug: boolean;
  readonly readOnly: boolean;
  readonly logicalSectorSize: number;
  readonly physicalSectorSize: number;
  /** Kind of partition table: `gpt`, `dos`. */
  readonly tableType: string;
  readonly partType: string;
  readonly partLabel: string;
  readonly fileSystem: string;
  readonly label: string;
  readonly uuid: string;
  readonly usedBytes: number | null;
  /** Bytes from the start of the disk, or null in old versions. */
  readonly offset: number | null;
  readonly mountPoints: readonly string[];
  readonly swap: boolean;
  readonly children: readonly LsblkDevice[];
}

const MAX_DEVICES = 8192;
const MAX_DEPTH = 16;

/** It answers within 0.1 s, also on a computer with six times as much to do as it has processors: such a silence is that of a hang. */
const LATE_MS = 2_000;
const ANSWER_MS = 5_000;
const TIMEOUT_MS = 30_000;
/** What lsblk tells without looking at the disks themselves, in all its versions. */
const COLUMNS = 'NAME,KNAME,MAJ:MIN,TYPE,SIZE,TRAN,SUBSYSTEMS,MODEL,VENDOR,SERIAL,RM,HOTPLUG,RO,LOG-SEC,PHY-SEC,MOUNTPOINT';

/**
 * Without udev lsblk reads each disk itself and waits for the one that hangs, and on a busy computer it may be late: then it is asked as
 * well for only what it tells without looking at a disk. Whoever lists disks waits {@link ANSWER_MS} at most. A question without an answer stays
 * open for {@link TIMEOUT_MS}, and is not put again meanwhile: the lists of that time wait for nothing, and say the same of a disk each time.
 * @returns null for no answer: the disks are then those that the kernel knows
 */
export function lsblkReader(run: CommandRunner): () => Promise<LsblkDevice[] | null> {
  const ask = (...columns: string[]): (() => Promise<LsblkDevice[] | null>) =>
    guarded(async () => parseLsblk(await outputOf(run, 'lsblk', ['-J', ...columns, '-b'], { timeoutMs: TIMEOUT_MS })), ANSWER_MS);
  const [everything, little] = [ask('-O'), ask('-o', COLUMNS)];
  return async () => {
    const whole = everything();
    const soon = await within(whole, LATE_MS, 'lsblk').catch(() => null);
    if (soon) return soon;
    const part = little();
    return (await whole) ?? part;
  };
}

/** Reads the output of `lsblk -J -O -b`. @throws EngineError `tool-failed` */
export function parseLsblk(text: string): LsblkDevice[] {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    throw new EngineError('tool-failed', { tool: 'lsblk', detail: 'odd-answer' }, { cause: error });
  }
  let left = MAX_DEVICES;
  const devicesOf = (list: unknown, depth: number): LsblkDevice[] => {
    if (!Array.isArray(list) || depth > MAX_DEPTH) return [];
    return list.flatMap((entry: unknown) => {
      if (typeof entry !== 'object' || entry === null || left-- <= 0) return [];
      const device = deviceOf(entry as Fields, (children) => devicesOf(children, depth + 1));
      return device ? [device] : [];
    });
  };
  return devicesOf((root as Fields | null)?.['blockdevices'], 0);
}

type Fields = Readonly<Record<string, unknown>>;

// Versions before 2.33 write numbers and flags as strings.
const numeric = (value: unknown): number | null => {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isSafeInteger(number) && number >= 0 ? number : null;
};
const flag = (value: unknown): boolean => value === true || value === 1 || value === '1';
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function deviceOf(fields: Fields, childrenOf: (list: unknown) => LsblkDevice[]): LsblkDevice | null {
  const name = (text(fields['kname']) || text(fields['name'])).replace(/^\/dev\//, '');
  if (!/^[\w!.:-]{1,64}$/.test(name)) return null;
  const points = Array.isArray(fields['mountpoints']) ? fields['mountpoints'] : [fields['mountpoint']];
  const mountPoints = points.filter((point): point is string => typeof point === 'string' && point !== '');
  const start = numeric(fields['start']);
  return {
    name,
    devno: text(fields['maj:min']).trim(),
    type: text(fields['type']),
    size: numeric(fields['size']) ?? 0,
    transport: text(fields['tran']),
    subsystems: text(fields['subsystems']),
    model: cleanText(fields['model']),
    vendor: cleanText(fields['vendor']),
    serial: cleanText(fields['serial']),
    removable: flag(fields['rm']),
    hotplug: flag(fields['hotplug']),
    readOnly: flag(fields['ro']),
    logicalSectorSize: numeric(fields['log-sec']) ?? 512,
    physicalSectorSize: numeric(fields['phy-sec']) ?? 512,
    tableType: text(fields['pttype']),
    partType: text(fields['parttype']),
    partLabel: cleanText(fields['partlabel']),
    fileSystem: text(fields['fstype']),
    label: cleanText(fields['label']),
    uuid: cleanText(fields['uuid']),
    usedBytes: numeric(fields['fsused']),
    offset: start === null ? null : start * 512,
    mountPoints: mountPoints.filter((point) => point !== '[SWAP]'),
    swap: mountPoints.includes('[SWAP]'),
    children: childrenOf(fields['children']),
  };
}
