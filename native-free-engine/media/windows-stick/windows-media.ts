import { EngineError } from '../../base/errors.ts';
import { readDisc } from '../../filesystems/disc.ts';
import { openWim, type Wim, type WimImageInfo } from '../../images/wim/index.ts';
import type { FileTree, TreeEntry } from '../../io/file-tree.ts';
import type { BlockSource } from '../../io/types.ts';

/** A WIM that Setup installs from, as it lies on the disc. */
export interface InstallImage {
  /** On the disc, such as `sources/install.wim`. */
  readonly path: string;
  readonly format: 'wim' | 'esd' | 'swm';
  /** Bytes, all parts together. */
  readonly size: number;
  /** Entries of the disc that it is made of: one, or the parts of a split one. */
  readonly entries: readonly TreeEntry[];
  readonly wim: Wim;
}

/** A Windows disc that was looked into. */
export interface WindowsMedia {
  readonly label: string;
  readonly tree: FileTree;
  /** One, or one for each architecture; none on a disc with nothing but WinPE. */
  readonly installs: readonly InstallImage[];
  /** Every Windows that can be installed from it. */
  readonly editions: readonly WimImageInfo[];
  /** Architectures that PCs with UEFI start it on: `x64`, `x86`, `arm64`, `arm`. */
  readonly uefi: readonly string[];
  /** A BIOS can start it. */
  readonly bios: boolean;
  /** Closes the WIMs; the disc stays open. */
  close(): Promise<void>;
}

const INSTALL = /^(?:(?:x86|x64|arm64)\/)?sources\/install\.(wim|esd|swm)$/i;
const BOOT_WIM = /^(?:(?:x86|x64|arm64)\/)?sources\/boot\.wim$/i;
const UEFI_LOADER = /^efi\/boot\/boot(x64|ia32|aa64|arm)\.efi$/i;
const UEFI_NAMES: Readonly<Record<string, string>> = { x64: 'x64', ia32: 'x86', aa64: 'arm64', arm: 'arm' };

/**
 * Recognises the disc of a Windows, 7 to Server 2025, or of a WinPE, from its files; reads what its WIMs say of themselves.
 * @param path for messages
 * @throws EngineError `windows-media-unknown` for any other disc; what `readDisc` and `openWim` throw
 */
export async function openWindowsMedia(source: BlockSource, path: string): Promise<WindowsMedia> {
  const { tree, label } = await readDisc(source);
  const found = tree.entries.filter((entry) => entry.kind === 'file' && INSTALL.test(entry.path));
  const has = (name: RegExp): boolean => tree.entries.some((entry) => entry.kind === 'file' && name.test(entry.path));
  if (found.length === 0 && !has(BOOT_WIM)) throw new EngineError('windows-media-unknown', { path });
  const installs: InstallImage[] = [];
  try {
    for (const entry of found) installs.push(await openInstall(tree, entry));
  } catch (error) {
    await Promise.all(installs.map(({ wim }) => wim.close()));
    throw error;
  }
  return {
    label,
    tree,
    installs,
    editions: installs.flatMap(({ wim }) => wim.images),
    uefi: uefiOf(tree),
    bios: has(/^bootmgr$/i),
    close: async () => void (await Promise.all(installs.map(({ wim }) => wim.close()))),
  };
}

async function openInstall(tree: FileTree, entry: TreeEntry): Promise<InstallImage> {
  const format = entry.path.slice(-3).toLowerCase() as InstallImage['format'];
  const stem = entry.path.slice(0, -4).toLowerCase();
  const isPart = ({ path }: TreeEntry): boolean => path.toLowerCase().startsWith(stem) && /^\d*\.swm$/i.test(path.slice(stem.length));
  const entries = format === 'swm' ? tree.entries.filter(isPart) : [entry];
  const files: { path: string; source: BlockSource }[] = [];
  try {
    for (const part of entries) files.push({ path: part.path, source: await part.open() });
  } catch (error) {
    await Promise.all(files.map((file) => file.source.close()));
    throw error;
  }
  const wim = await openWim(files);
  return { path: entry.path, format, entries, wim, size: entries.reduce((sum, { size }) => sum + size, 0) };
}

function uefiOf(tree: FileTree): string[] {
  const names = tree.entries.flatMap(({ path, kind }) => (kind === 'file' ? (UEFI_LOADER.exec(path)?.[1] ?? []) : []));
  return names.map((name) => UEFI_NAMES[name.toLowerCase()] ?? name);
}
