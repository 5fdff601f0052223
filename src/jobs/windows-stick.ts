import {
  driverFiles, EngineError, foldName, isUrl, planFatStick, planWindowsTree, type FatStick, type TreeEntry, type WindowsTree,
} from '../../native-free-engine/index.ts';
import type { WindowsMedia, WindowsTreeOptions } from '../../native-free-engine/index.ts';
import type { WindowsStickRequest } from '../contract/index.ts';
import { ownFiles } from './own-files.ts';
import { customisingFiles } from './customising.ts';
import type { DriverStore } from './drivers.ts';

/** What is laid over the files of the disc: a folder's contents, drivers for Setup, and what customises the installation. */
export interface Extras {
  readonly entries: readonly TreeEntry[];
  /** The files among them, as a plan tells them. */
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** What a stick is made from, to be kept off the disks that are written. */
export function stickSources({ location, extraFolder, workFolder, drivers, customising }: Pick<WindowsStickRequest, 'location' | 'extraFolder' | 'workFolder' | 'drivers' | 'customising'>): string[] {
  const named = [customising?.answerFile, customising?.autopilot].flatMap((each) => (each?.kind === 'file' ? [each.path] : []));
  return [...(isUrl(location) ? [] : [location]), ...[extraFolder, workFolder].filter((folder) => folder !== null), ...(drivers?.folders ?? []), ...named];
}

/** @throws EngineError what `folderTree`, `customisingFiles` and `DriverStore.packages` throw */
export async function windowsExtras(request: Pick<WindowsStickRequest, 'extraFolder' | 'customising' | 'drivers'>, store: DriverStore, signal: AbortSignal): Promise<Extras> {
  const { extraFolder, customising, drivers } = request;
  const own = await ownFiles(extraFolder, signal);
  const made = customising ? await customisingFiles(customising) : [];
  const found = drivers ? (await driverFiles(await store.packages(drivers, signal))).entries : [];
  const entries = [...new Map([...own, ...found, ...made].map((entry) => [foldName(entry.path), entry])).values()];
  return { entries, files: entries.flatMap(({ path, kind, size }) => (kind === 'file' ? [{ path, size }] : [])) };
}

interface SizedDisk {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly sectorSize: number;
}

/** One stick and the disks of its very size that get it. */
interface PlannedStick {
  readonly stick: FatStick;
  /** By `Disk.id`. */
  readonly disks: readonly string[];
}

/** Everything that will stand on the sticks, and on which. */
export interface WindowsSticks {
  readonly contents: WindowsTree;
  readonly sticks: readonly PlannedStick[];
}

/**
 * Plans the sticks to the last byte; disks of the same size share a plan.
 * @throws EngineError what `planWindowsTree` and `planFatStick` throw
 */
export async function planWindowsSticks(
  media: WindowsMedia,
  options: WindowsTreeOptions & { readonly label: string },
  disks: readonly SizedDisk[],
): Promise<WindowsSticks> {
  const contents = await planWindowsTree(media, options);
  const bySize = new Map<string, SizedDisk[]>();
  for (const disk of disks) {
    const key = `${disk.size}/${disk.sectorSize}`;
    bySize.set(key, [...(bySize.get(key) ?? []), disk]);
  }
  const sticks = [...bySize.values()].flatMap((alike) => {
    const [first] = alike;
    if (!first) return [];
    const stick = planFatStick({ disk: first, tree: contents.tree, firmware: options.firmware, label: options.label });
    return [{ stick, disks: alike.map(({ id }) => id) }];
  });
  if (sticks.length === 0) throw new EngineError('argument-invalid', { what: 'disks' });
  return { contents, sticks };
}
