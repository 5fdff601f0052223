import { EngineError } from '../../base/errors.ts';
import type { FileTree, TreeEntry } from '../../io/file-tree.ts';

/** What a WinPE medium is made of. */
export interface WinPeParts {
  /** Boot manager, boot store, fonts: by their paths on the medium. */
  readonly boot: readonly TreeEntry[];
  /** The image that starts. */
  readonly wim: TreeEntry;
}

const BOOT_FILES = /^(?:bootmgr(?:\.efi)?$|boot(?:\/|$)|efi(?:\/|$))/i;
/** Waits for a key before a disc starts; a medium of a bench starts at once. */
const PROMPT = /^boot\/bootfix\.bin$/i;
/** The ADK keeps the files of the medium and the image apart; `copype` joins them. */
const ADK_MEDIA = /^media\//i;
const ADK_WIM = /^(?:en-us|[a-z]{2,3}-[a-z]{2})\/winpe\.wim$/i;

/**
 * Finds a WinPE in the files of a Windows disc, of a WinPE disc, or in the ADK's folder of an architecture
 * (`Windows Preinstallation Environment\amd64`).
 * @param path for messages
 * @throws EngineError `winpe-unknown`
 */
export function winPeParts(tree: FileTree, path: string): WinPeParts {
  const files = tree.entries.filter(({ kind }) => kind === 'file');
  const adk = files.find((entry) => ADK_WIM.test(entry.path));
  const inAdk = adk !== undefined && files.some((entry) => ADK_MEDIA.test(entry.path));
  const media = inAdk ? files.filter((entry) => ADK_MEDIA.test(entry.path)).map((entry) => ({ ...entry, path: entry.path.slice('media/'.length) })) : files;
  const wim = inAdk ? adk : files.find((entry) => /^sources\/boot\.wim$/i.test(entry.path));
  const boot = media.filter((entry) => BOOT_FILES.test(entry.path) && !PROMPT.test(entry.path));
  if (!wim || boot.length === 0) throw new EngineError('winpe-unknown', { path });
  return { boot, wim: { ...wim, path: 'sources/boot.wim' } };
}
