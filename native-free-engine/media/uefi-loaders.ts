import type { TreeEntry } from '../io/file-tree.ts';

/** What UEFI starts from a removable medium, in `efi/boot`, by the architecture that a WIM names (UEFI specification 3.5.1.1). */
const NAMES: Readonly<Record<string, string>> = { x64: 'bootx64.efi', x86: 'bootia32.efi', arm64: 'bootaa64.efi', arm: 'bootarm.efi' };
const IN_WINDOWS = /^windows\/boot\/efi\/bootmgfw\.efi$/i;

/** The path that firmware looks for; of x64 for an architecture that is not told. */
export const uefiLoaderPath = (architecture: string): string => `efi/boot/${NAMES[architecture] ?? NAMES['x64']!}`;

/** The boot manager for UEFI in a Windows image, under the path that firmware looks for; null when it has none. */
export function uefiLoaderIn(image: readonly TreeEntry[], architecture: string): TreeEntry | null {
  const found = image.find(({ path, kind }) => kind === 'file' && IN_WINDOWS.test(path));
  return found ? { ...found, path: uefiLoaderPath(architecture) } : null;
}
