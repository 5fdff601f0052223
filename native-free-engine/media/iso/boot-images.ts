import { EngineError } from '../../base/errors.ts';
import { crc32 } from '../../codecs/checksums.ts';
import { memoryDevice } from '../../io/memory.ts';
import type { FileTree, TreeEntry } from '../../io/file-tree.ts';
import { wantsBootInfo } from './boot-info.ts';
import { buildEfiImage, efiImageSize, isShortName, MAX_EFI_FILES, MAX_FAT_IMAGE } from './fat-image.ts';

/** A file to boot from: one of the tree, or another that lies on the disc without a name. */
export interface IsoBootChoice {
  readonly bios?: TreeEntry | 'none' | undefined;
  readonly efi?: TreeEntry | 'none' | undefined;
  /** Tell the image for a BIOS where on the disc it lies; one that is known to need it is told anyway. */
  readonly bootInfo?: boolean | undefined;
}

export interface IsoBootImages {
  readonly bios: TreeEntry | null;
  readonly efi: TreeEntry | null;
  /** The image for a BIOS is told where on the disc it lies. */
  readonly bootInfo: boolean;
}

/** Where media keep theirs: Microsoft's, those with ISOLINUX, those with GRUB. */
const BIOS_PATHS = [
  'boot/etfsboot.com', 'isolinux/isolinux.bin', 'boot/isolinux/isolinux.bin', 'syslinux/isolinux.bin', 'boot/syslinux/isolinux.bin', 'isolinux.bin',
  'boot/grub/i386-pc/eltorito.img',
];
const EFI_PATHS = ['efi/microsoft/boot/efisys.bin', 'boot/grub/efi.img', 'images/efiboot.img', 'isolinux/efiboot.img', 'efi/boot/efiboot.img'];
/** Loaders that UEFI looks for by themselves (UEFI specification 3.5.1.1). */
const EFI_LOADER = /^efi\/boot\/boot(x64|ia32|aa64|arm|riscv64)\.efi$/i;
const EFI_FOLDER = /^efi\/boot\/[^/]+\.efi$/i;
/** A BIOS loads the image to 0x7C00, below its own memory. */
const MAX_BIOS_IMAGE = 512 * 1024;

/**
 * What the disc boots from: what was chosen, else what lies where Windows and Linux media have it, else a FAT image
 * made of the loaders in efi/boot.
 * @throws EngineError `disc-boot-image-invalid`
 */
export function chooseBootImages(tree: FileTree, choice: IsoBootChoice): IsoBootImages {
  const find = (paths: readonly string[]): TreeEntry | null => {
    const there = new Map(tree.entries.filter(({ kind }) => kind === 'file').map((entry) => [entry.path.toLowerCase(), entry]));
    return paths.map((path) => there.get(path)).find((entry) => entry !== undefined) ?? null;
  };
  const chosen = (entry: TreeEntry | 'none' | undefined, found: () => TreeEntry | null): TreeEntry | null =>
    entry === 'none' ? null : (entry ?? found());
  const bios = chosen(choice.bios, () => find(BIOS_PATHS));
  const efi = chosen(choice.efi, () => find(EFI_PATHS) ?? madeOf(tree));
  if (bios && (bios.size === 0 || bios.size > MAX_BIOS_IMAGE)) throw new EngineError('disc-boot-image-invalid', { path: bios.path });
  if (efi && (efi.size === 0 || efi.size % 512 !== 0)) throw new EngineError('disc-boot-image-invalid', { path: efi.path });
  const bootInfo = bios !== null && (choice.bootInfo === true || wantsBootInfo(bios.path));
  return { bios, efi, bootInfo };
}

/** A FAT image of the loaders in efi/boot; null where there are none. */
function madeOf(tree: FileTree): TreeEntry | null {
  if (!tree.entries.some(({ path }) => EFI_LOADER.test(path))) return null;
  // The one that the firmware starts first of all, so that it is not the one left out.
  const loaders = tree.entries
    .filter(({ kind, path }) => kind === 'file' && EFI_FOLDER.test(path) && isShortName(path.slice(path.lastIndexOf('/') + 1)))
    .sort((a, b) => Number(EFI_LOADER.test(b.path)) - Number(EFI_LOADER.test(a.path)))
    .slice(0, MAX_EFI_FILES);
  const size = efiImageSize(loaders);
  if (size > MAX_FAT_IMAGE) throw new EngineError('disc-boot-image-invalid', { path: loaders[0]?.path ?? 'efi/boot' });
  const volumeId = crc32(new TextEncoder().encode(JSON.stringify(loaders.map((loader) => [loader.path, loader.size]))));
  return { path: 'efi.img', kind: 'file', size, modifiedAt: null, attributes: 0, open: async () => memoryDevice(await buildEfiImage(loaders, volumeId)) };
}
