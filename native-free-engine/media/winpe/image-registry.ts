import { EngineError } from '../../base/errors.ts';
import type { WimChange } from '../../images/wim/index.ts';
import type { TreeEntry } from '../../io/file-tree.ts';
import { memoryDevice } from '../../io/memory.ts';
import { memoryEntry } from '../../io/memory-entry.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { openHive, setHiveValues, type Hive, type HiveSetting } from '../../registry/index.ts';
import { scratchSpace } from './scratch-space.ts';
import { systemLocale } from './system-locale.ts';
import { timeZone } from './time-zone.ts';

/** What is set in the registry of the image; null leaves it as it is. */
export interface RegistryOptions {
  /** MiB of scratch space: 32, 64, 128, 256 or 512. */
  readonly scratchMiB: number | null;
  /** For programs that know no Unicode, such as `nl-NL`. */
  readonly systemLocale: string | null;
  /** By Windows' own name, such as `W. Europe Standard Time`. */
  readonly timeZone: string | null;
}

/** Those of a WinPE have some 15 MB; they are held in memory. Bytes. */
const MAX_HIVE = 128 * 1024 * 1024;

/**
 * Sets values in SYSTEM, all at once.
 * @param image files of the image
 * @param path for messages
 * @returns null when nothing is wanted
 * @throws EngineError `winpe-scratch-space`, `winpe-locale-unknown`, `winpe-locale-files`, `winpe-time-zone`; `winpe-registry` for an image whose
 *   registry cannot be changed
 */
export async function imageRegistry(image: readonly TreeEntry[], path: string, options: RegistryOptions, when: Date): Promise<WimChange | null> {
  const { scratchMiB, systemLocale: locale, timeZone: zone } = options;
  if (scratchMiB === null && locale === null && zone === null) return null;
  try {
    const { entry, bytes } = await hiveOf(image, path, 'system');
    const system = await openHive(memoryDevice(bytes), entry.path);
    const controlSet = await startingControlSet(system);
    const settings: HiveSetting[] = [];
    if (scratchMiB !== null) settings.push(...scratchSpace(scratchMiB, controlSet));
    if (locale !== null) settings.push(...await systemLocale(image, system, locale, controlSet));
    if (zone !== null) {
      const software = await hiveOf(image, path, 'software');
      settings.push(...await timeZone(await openHive(memoryDevice(software.bytes), software.entry.path), path, zone, controlSet));
    }
    return { kind: 'put', path: entry.path, contents: memoryEntry(entry.path, setHiveValues(bytes, entry.path, settings, when), when) };
  } catch (error) {
    if (error instanceof EngineError && error.code === 'hive-invalid') throw new EngineError('winpe-registry', { path, reason: String(error.params['reason']) }, { cause: error });
    throw error;
  }
}

async function hiveOf(image: readonly TreeEntry[], path: string, name: 'system' | 'software'): Promise<{ readonly entry: TreeEntry; readonly bytes: Uint8Array }> {
  const entry = image.find((each) => each.kind === 'file' && each.path.toLowerCase() === `windows/system32/config/${name}`);
  if (!entry) throw new EngineError('winpe-registry', { path, reason: `not-there ${name.toUpperCase()}` });
  if (entry.size > MAX_HIVE) throw new EngineError('winpe-registry', { path, reason: `${entry.size} bytes` });
  const source = await entry.open();
  try {
    return { entry, bytes: await readBytes(source, 0, source.size) };
  } finally {
    await source.close();
  }
}

/** The one that Windows starts with; in every WinPE the first. */
async function startingControlSet(system: Hive): Promise<string> {
  const select = await system.key('Select');
  const number = await select?.value('Default');
  return `ControlSet${String(number?.kind === 'number' && number.number <= 999 ? number.number : 1).padStart(3, '0')}`;
}
