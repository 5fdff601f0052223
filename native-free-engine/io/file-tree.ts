import type { BlockSource } from './types.ts';

/** A file or folder of a {@link FileTree}. */
export interface TreeEntry {
  /** From the root, parts joined by `/`, no slash in front. Names exactly as they are stored (UTF-16). */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** Bytes; 0 for a folder. */
  readonly size: number;
  readonly modifiedAt: Date | null;
  /** FILE_ATTRIBUTE_* bits of Windows, 0 where there are none. */
  readonly attributes: number;
  /** A file's contents, to be closed. Each call opens it anew. @throws EngineError when it cannot be read */
  open(): Promise<BlockSource>;
}

/** What is in a place but not in its {@link FileTree}. */
export interface LeftOut {
  readonly path: string;
  /** A symbolic link, or a device, pipe or socket. */
  readonly why: 'link' | 'special';
  /** Where a link leads, as it is stored; '' where that cannot be told. */
  readonly target: string;
}

/** Files and folders to be copied, packed or written: those of a disc, of an image in a WIM, of a folder. */
export interface FileTree {
  readonly label: string;
  /** Folders before what is in them. No path leads outside, none occurs twice. */
  readonly entries: readonly TreeEntry[];
  /** What no entry stands for; nothing of it is followed. */
  readonly leftOut?: readonly LeftOut[];
}

export const FILE_ATTRIBUTE_HIDDEN = 0x2;
