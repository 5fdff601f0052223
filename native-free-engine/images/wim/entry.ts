import { ATTRIBUTE, NO_SECURITY } from './structs.ts';

/** A named or unnamed stream of a file: which contents it has. */
export interface StreamName {
  /** '' for the file's own contents. */
  readonly name: string;
  /** `reparse`: where a symbolic link or junction leads, in NTFS's own form without its head. */
  readonly kind: 'data' | 'reparse';
  /** SHA-1, lower-case hexadecimal; '' when it is empty. */
  readonly hash: string;
}

/** A file or folder of an image. Names are as they are stored: any UTF-16 but `/` and zero. */
export interface WimEntry {
  name: string;
  /** The name for DOS, '' when there is none. */
  shortName: string;
  /** FILE_ATTRIBUTE_*. */
  attributes: number;
  /** Index in the image's security data; {@link NO_SECURITY}: none. */
  securityId: number;
  /** FILETIMEs: 100 ns since 1601. */
  created: bigint;
  accessed: bigint;
  modified: bigint;
  /** Entries of one group are links to one file; 0 where there are none. A reparse point keeps its tag here. */
  reparseOrLink: bigint;
  unknown54: number;
  streams: readonly StreamName[];
  /** Tagged items: object IDs, Unix owners; kept as they are. */
  tagged: Uint8Array;
  /** Of a folder, in the order of the file. */
  children: WimEntry[];
}

export const isFolder = (entry: WimEntry): boolean => (entry.attributes & ATTRIBUTE.folder) !== 0;
export const isReparsePoint = (entry: WimEntry): boolean => (entry.attributes & ATTRIBUTE.reparse) !== 0;

/** SHA-1 of a file's own contents; '' when it is empty. */
export const contentsOf = (entry: WimEntry): string => entry.streams.find(({ name, kind }) => name === '' && kind === 'data')?.hash ?? '';

/** A new file or folder with nothing in it. @param time FILETIME of its birth */
export function newEntry(name: string, attributes: number, time: bigint): WimEntry {
  return {
    name, shortName: '', attributes, securityId: NO_SECURITY, created: time, accessed: time, modified: time,
    reparseOrLink: 0n, unknown54: 0, streams: [], tagged: new Uint8Array(), children: [],
  };
}

/** Every entry below `root` with its path, folders before what is in them, in the order of the file; `root` itself is left out. */
export function* walk(root: WimEntry): Generator<{ readonly path: string; readonly entry: WimEntry; readonly folder: WimEntry }> {
  const stack = [{ path: '', folder: root, next: 0 }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const entry = top.folder.children[top.next++];
    if (!entry) {
      stack.pop();
      continue;
    }
    const path = top.path === '' ? entry.name : `${top.path}/${entry.name}`;
    yield { path, entry, folder: top.folder };
    if (entry.children.length > 0) stack.push({ path, folder: entry, next: 0 });
  }
}
