import { EngineError, openHive, openNtfsFile, type BlockSource, type Hive, type HiveKey, type PendingProbe, type SysprepState } from '../../../native-free-engine/index.ts';

const CONFIG = 'Windows/System32/config';
const STATE_INI = 'Windows/Setup/State/State.ini';
const MAX_INI = 64 * 1024;

/** What the registry and the set-up state of a Windows on a volume that is not mounted say. */
export interface OfflineWindows {
  readonly sysprep: SysprepState;
  /** HiberbootEnabled; null where it is not set. */
  readonly fastStartup: boolean | null;
  readonly pending: readonly { readonly probe: PendingProbe['probe']; readonly what: readonly string[] }[];
}

/**
 * Reads a Windows by its files alone.
 * @returns null when there is none on the volume
 * @throws EngineError `hive-invalid`, `ntfs-file-encoded`, and errors of reading NTFS
 */
export async function readOfflineWindows(volume: BlockSource): Promise<OfflineWindows | null> {
  const software = await hiveAt(volume, `${CONFIG}/SOFTWARE`);
  const system = await hiveAt(volume, `${CONFIG}/SYSTEM`);
  if (!software && !system) return null;
  const control = system ? await currentControlSet(system) : null;
  return {
    sysprep: {
      imageState: (await text(software, 'Microsoft\\Windows\\CurrentVersion\\Setup\\State', 'ImageState')) || (await stateIni(volume)),
      oobe: (await number(system, 'Setup', 'OOBEInProgress')) === 1,
      computerName: control ? await text(system, `${control}\\Control\\ComputerName\\ComputerName`, 'ComputerName') : '',
      product: await text(software, 'Microsoft\\Windows NT\\CurrentVersion', 'ProductName'),
      dirty: (software?.dirty ?? false) || (system?.dirty ?? false),
      replayed: (software?.replayed ?? 0) + (system?.replayed ?? 0),
    },
    fastStartup: control ? await switched(system, `${control}\\Control\\Session Manager\\Power`, 'HiberbootEnabled') : null,
    pending: await pendingIn(software, system, control),
  };
}

async function hiveAt(volume: BlockSource, path: string): Promise<Hive | null> {
  const file = await openNtfsFile(volume, path);
  if (!file) return null;
  const logs = await Promise.all(['LOG1', 'LOG2'].map((log) => openNtfsFile(volume, `${path}.${log}`).catch(notEncoded)));
  return openHive(file, path, logs.filter((log) => log !== null));
}

/** A file that Windows packed is none that can be read here. */
function notEncoded(error: unknown): null {
  if (error instanceof EngineError && error.code === 'ntfs-file-encoded') return null;
  throw error;
}

/** `CurrentControlSet` is made when Windows starts; in the file it is a number. */
async function currentControlSet(system: Hive): Promise<string | null> {
  const current = await number(system, 'Select', 'Current');
  return current === null || current < 1 || current > 999 ? null : `ControlSet${String(current).padStart(3, '0')}`;
}

async function text(hive: Hive | null, path: string, name: string): Promise<string> {
  const value = await (await hive?.key(path))?.value(name);
  return value?.kind === 'text' ? value.text.slice(0, 200) : '';
}

async function number(hive: Hive | null, path: string, name: string): Promise<number | null> {
  const value = await (await hive?.key(path))?.value(name);
  return value?.kind === 'number' ? value.number : null;
}

async function switched(hive: Hive | null, path: string, name: string): Promise<boolean | null> {
  const value = await number(hive, path, name);
  return value === null ? null : value !== 0;
}

/** The same in a file that can be read without a registry; UTF-16 or one byte a character. */
async function stateIni(volume: BlockSource): Promise<string> {
  const file = await openNtfsFile(volume, STATE_INI).catch(notEncoded);
  if (!file) return '';
  const bytes = new Uint8Array(Math.min(file.size, MAX_INI));
  await file.readInto(0, bytes);
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return /^\s*ImageState\s*=\s*(\w+)/m.exec(new TextDecoder(wide ? 'utf-16le' : 'latin1').decode(bytes))?.[1] ?? '';
}

const SERVICING = 'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing';

async function pendingIn(software: Hive | null, system: Hive | null, control: string | null): Promise<OfflineWindows['pending']> {
  const keys = async (paths: readonly string[]): Promise<string[]> => {
    const found = await Promise.all(paths.map(async (path) => ((await software?.key(path)) ? path : '')));
    return found.filter((path) => path !== '').map((path) => path.split('\\').at(-1) ?? path);
  };
  const manager = control ? await system?.key(`${control}\\Control\\Session Manager`) : null;
  return [
    { probe: 'reboot', what: await keys([`${SERVICING}\\RebootPending`, `${SERVICING}\\RebootInProgress`]) },
    { probe: 'updates', what: await keys([`${SERVICING}\\PackagesPending`, 'Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired']) },
    { probe: 'file-renames', what: [...(await renames(manager, 'PendingFileRenameOperations')), ...(await renames(manager, 'PendingFileRenameOperations2'))] },
  ];
}

async function renames(key: HiveKey | null | undefined, name: string): Promise<string[]> {
  const value = await key?.value(name);
  if (value?.kind !== 'texts') return [];
  return [...new Set(value.texts.map((path) => path.replace(/^[*!]?\d*\\\?\?\\/, '')))].filter((path) => path !== '').slice(0, 50);
}
