import type { FileTimes } from './file-times.ts';
import type { BlockSource } from './types.ts';

/** A file or folder of a {@link FileTree}. */
export interface TreeEntry {
  /** From the root, parts joined by `/`, no slash in front. Names exactly as they are stored (UTF-16). */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** Bytes; 0 for a folder. */
  readonly size: number;
  readonly modifiedAt: Date | null;
  /** Finer than `modifiedAt`, where it is known. */
  readonly times?: FileTimes;
  /** FILE_ATTRIBUTE_* bits of Windows, 0 where there are none. */
  readonly attributes: number;
  /** Files with the same text here are one file under several names (hard links); left out where that is not known or not so. */
  readonly sameFile?: string;
  /** Somebody may execute it as a program; left out where it is not so, or not known. */
  readonly executable?: boolean;
  /** The byte of its medium where its contents begin; left out where they lie nowhere, or it is not known. */
  readonly place?: number;
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
  /** Of a link: it leads to a folder, as far as is known. */
  readonly ofFolder?: boolean;
  readonly times?: FileTimes;
}

/** Files and folders to be copied, packed or written: those of a disc, of an image in a WIM, of a folder. */
export interface FileTree {
  readonly label: string;
  /** Of the root itself, where they are known. */
  readonly times?: FileTimes;
  /** Folders before what is in them. No path leads outside, none occurs twice. */
  readonly entries: readonly TreeEntry[];
  /** What no entry stands for; nothing of it is followed. */
  readonly leftOut?: readonly LeftOut[];
}

export const FILE_ATTRIBUTE_HIDDEN = 0x2;
