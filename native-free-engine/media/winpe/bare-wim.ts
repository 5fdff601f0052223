import { EngineError } from '../../base/errors.ts';
import { imageTree, openWim, readImage, type Wim } from '../../images/wim/index.ts';
import type { FileTree, TreeEntry } from '../../io/file-tree.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { sharedSource } from '../../io/shared-source.ts';
import type { BlockSource } from '../../io/types.ts';
import { hasText } from '../../struct/index.ts';
import { uefiLoaderPath } from '../uefi-loaders.ts';

/** A full Windows has none of them. */
const WINPE_PROGRAM = /^windows\/system32\/(?:wpeinit\.exe|winpeshl\.exe|startnet\.cmd)$/i;
/** Boot stores have some 30 KB. */
const MAX_STORE = 1024 * 1024;

/**
 * Where a Windows image keeps what its own discs start with, and where that lies on a disc: in a folder of a language or not. First
 * the files that a medium cannot do without.
 */
const UEFI_PARTS = [
  { from: 'Windows/Boot/EFI/bootmgfw.efi', to: '' },
  { from: 'Windows/Boot/DVD/EFI/BCD', to: 'efi/microsoft/boot/bcd' },
] as const;
const BIOS_PARTS = [
  { from: 'Windows/Boot/PCAT/bootmgr', to: 'bootmgr' },
  { from: 'Windows/Boot/DVD/PCAT/BCD', to: 'boot/bcd' },
] as const;
const RAM_DISK = ['Windows/Boot/DVD/EFI/boot.sdi', 'Windows/Boot/DVD/PCAT/boot.sdi'] as const;
const OTHERS: readonly (readonly [RegExp, (name: string) => readonly string[]])[] = [
  [/^windows\/boot\/efi\/(bootmgr\.efi)$/i, (name) => [name]],
  [/^windows\/boot\/dvd\/pcat\/(etfsboot\.com)$/i, (name) => [`boot/${name}`]],
  [/^windows\/boot\/dvd\/efi\/[^/]+\/(efisys(?:_noprompt)?\.bin)$/i, (name) => [`efi/microsoft/boot/${name}`]],
  [/^windows\/boot\/fonts\/([^/]+\.ttf)$/i, (name) => [`boot/fonts/${name}`, `efi/microsoft/boot/fonts/${name}`]],
  [/^windows\/boot\/resources\/(bootres\.dll)$/i, (name) => [`boot/resources/${name}`, `efi/microsoft/boot/resources/${name}`]],
];

/** A WIM begins with it. */
export const isWim = (head: Uint8Array): boolean => hasText(head, 0, 'MSWIM\0\0\0');

/**
 * The files of a WinPE medium out of nothing but its `boot.wim`: the boot files are those that the Windows in it would put on a disc
 * of its own. It is enough when one of UEFI and BIOS can start it.
 * @param source stays open, and must until the tree is no longer read
 * @param path for messages
 * @throws EngineError `winpe-unknown` for a WIM of another Windows, `winpe-parts-missing` for one with no boot files in it, `wim-...`
 */
export async function bareWinPe(source: BlockSource, path: string): Promise<{ readonly tree: FileTree; readonly close: () => Promise<void> }> {
  const shared = sharedSource(source);
  const wim = await openWim([{ path, source: shared }]);
  try {
    const files = await filesOf(wim, path);
    const boot = await bootFiles(files, uefiLoaderPath(wim.images[0]?.architecture ?? ''), path);
    const image: TreeEntry = { path: 'sources/boot.wim', kind: 'file', size: source.size, modifiedAt: null, attributes: 0, open: () => Promise.resolve(shared) };
    return { tree: { label: 'WINPE', entries: [...boot, image] }, close: () => wim.close() };
  } catch (error) {
    await wim.close();
    throw error;
  }
}

/** Of all images, the first before the others: an image for Setup has what its WinPE may lack. */
async function filesOf(wim: Wim, path: string): Promise<TreeEntry[]> {
  const files: TreeEntry[] = [];
  for (let index = 1; index <= wim.images.length; index++) {
    const entries = imageTree(wim, await readImage(wim, index)).entries.filter(({ kind }) => kind === 'file');
    if (index === 1 && !entries.some((entry) => WINPE_PROGRAM.test(entry.path))) throw new EngineError('winpe-unknown', { path });
    files.push(...entries.filter((entry) => /^windows\/boot\//i.test(entry.path)));
  }
  return files;
}

async function bootFiles(files: readonly TreeEntry[], loader: string, path: string): Promise<TreeEntry[]> {
  const find = (from: string): TreeEntry | undefined => files.find((entry) => entry.path.toLowerCase() === from.toLowerCase());
  const missing: string[] = [];
  /** All of them, or none. */
  const all = async (parts: readonly { readonly from: string; readonly to: string }[]): Promise<TreeEntry[]> => {
    const found: TreeEntry[] = [];
    for (const { from, to } of parts) {
      const entry = find(from);
      if (!entry || (from.endsWith('/BCD') && !(await startsBootWim(entry)))) missing.push(from.replaceAll('/', '\\'));
      else found.push({ ...entry, path: to || loader });
    }
    return found.length === parts.length ? found : [];
  };
  const started = [...(await all(UEFI_PARTS)), ...(await all(BIOS_PARTS))];
  const ramDisk = RAM_DISK.map(find).find((entry) => entry !== undefined);
  if (!ramDisk) missing.push(RAM_DISK[0].replaceAll('/', '\\'));
  if (started.length === 0 || !ramDisk) throw new EngineError('winpe-parts-missing', { path, missing: missing.join(', ') });
  const entries = [...started, { ...ramDisk, path: 'boot/boot.sdi' }];
  const taken = new Set<string>();
  for (const entry of files) {
    for (const [from, to] of OTHERS) {
      const name = from.exec(entry.path)?.[1];
      for (const place of name === undefined ? [] : to(name)) {
        if (taken.has(place.toLowerCase())) continue;
        taken.add(place.toLowerCase());
        entries.push({ ...entry, path: place });
      }
    }
  }
  return entries;
}

/** A boot store names in UTF-16 what it starts; one for a disk starts a Windows that is not there. */
async function startsBootWim(store: TreeEntry): Promise<boolean> {
  if (store.size > MAX_STORE) return false;
  const source = await store.open();
  try {
    const text = new TextDecoder('latin1').decode(await readBytes(source, 0, source.size)).toLowerCase();
    return text.includes([...'\\sources\\boot.wim'].join('\0'));
  } finally {
    await source.close();
  }
}
