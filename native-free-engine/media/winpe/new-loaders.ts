import { EngineError } from '../../base/errors.ts';
import type { TreeEntry } from '../../io/file-tree.ts';

const EFI_EX = /^windows\/boot\/efi_ex\/bootm(?:gfw|gr)_ex\.efi$/i;
const FONTS_EX = /^windows\/boot\/fonts_ex\/([^/]+)_ex\.ttf$/i;
const EFISYS_EX = /^windows\/boot\/dvd_ex\/efi\/[^/]+\/efisys(_noprompt)?_ex\.bin$/i;
const FIRMWARE_LOADER = /^efi\/boot\/boot(?:x64|aa64|ia32|arm)\.efi$/i;

/**
 * The boot loaders signed by "Windows UEFI CA 2023", out of the image itself, in the place of those on the medium: machines whose
 * firmware revokes the certificate of 2011 start no others.
 * @param image files of the image
 * @param boot files of the medium
 * @throws EngineError `winpe-no-new-loaders` for an image that is too old to have them
 */
export function newLoaders(image: readonly TreeEntry[], boot: readonly TreeEntry[], path: string): TreeEntry[] {
  const find = (pattern: RegExp): TreeEntry | undefined => image.find((entry) => entry.kind === 'file' && pattern.test(entry.path));
  const loader = find(/^windows\/boot\/efi_ex\/bootmgfw_ex\.efi$/i);
  const manager = find(/^windows\/boot\/efi_ex\/bootmgr_ex\.efi$/i);
  const firmware = boot.find((entry) => FIRMWARE_LOADER.test(entry.path));
  if (!loader || !manager || !firmware || !image.some((entry) => EFI_EX.test(entry.path))) throw new EngineError('winpe-no-new-loaders', { path });
  const files: TreeEntry[] = [{ ...loader, path: firmware.path }, { ...manager, path: 'bootmgr.efi' }];
  for (const entry of image) {
    const font = FONTS_EX.exec(entry.path)?.[1];
    if (font !== undefined && entry.kind === 'file') files.push({ ...entry, path: `efi/microsoft/boot/fonts/${font}.ttf` });
    const efisys = EFISYS_EX.exec(entry.path);
    if (efisys && entry.kind === 'file') files.push({ ...entry, path: `efi/microsoft/boot/efisys${efisys[1] ?? ''}.bin` });
  }
  return files;
}
