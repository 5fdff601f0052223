import { EngineError, foldName, folderTree, isDeviceName, isHostName, type FileTree, type TreeEntry } from '../../native-free-engine/index.ts';

/**
 * What the user adds to a medium out of a folder.
 * @param folder null: nothing is added
 * @throws EngineError what `folderTree` and {@link checkWindowsNames} throw
 */
export async function ownFiles(folder: string | null, signal: AbortSignal): Promise<readonly TreeEntry[]> {
  if (folder === null) return [];
  const tree = await folderTree(folder, { signal });
  checkWindowsNames(tree);
  return tree.entries;
}

/**
 * A medium that Windows reads holds what its names say: of two that Windows takes for one, it would show one and hide the other (or one would
 * have taken the other's place), and it opens none that it keeps for a device or cannot spell.
 * @throws EngineError `windows-name-collision`, `windows-name-reserved`, `windows-name-illegal`
 */
export function checkWindowsNames({ entries }: FileTree): void {
  const seen = new Map<string, string>();
  for (const { path } of entries) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (isDeviceName(name)) throw new EngineError('windows-name-reserved', { path });
    if (!isHostName(name, 'win32')) throw new EngineError('windows-name-illegal', { path });
    const folded = foldName(path);
    const other = seen.get(folded);
    if (other !== undefined) throw new EngineError('windows-name-collision', { path, other });
    seen.set(folded, path);
  }
}
