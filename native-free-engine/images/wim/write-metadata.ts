import { alignUp } from '../../base/safe-int.ts';
import { isFolder, type StreamName, type WimEntry } from './entry.ts';
import { hashBytes } from './lookup-table.ts';
import type { ImageMetadata } from './read-metadata.ts';
import { WimDirectoryEntry, WimSecurityHeader, WimStreamEntry } from './structs.ts';

const END_OF_FOLDER_BYTES = 8;

/** Security data that describes nothing. */
export const noSecurity = (): Uint8Array => WimSecurityHeader.write({ totalLength: WimSecurityHeader.size, entryCount: 0 });

/** The metadata of an image, to be stored as a resource: the root, then the entries of every folder, each list ended by zeros. */
export function writeMetadata({ root, security }: ImageMetadata): Uint8Array {
  const rootAt = alignUp(security.length, 8);
  // Places first: a folder's entry says where the list of its own entries begins.
  const lists: { readonly folder: WimEntry; readonly at: number }[] = [];
  let end = rootAt + bytesOf(root) + END_OF_FOLDER_BYTES;
  const open = [root];
  for (let folder = open.pop(); folder; folder = open.pop()) {
    lists.push({ folder, at: end });
    for (const child of folder.children) end += bytesOf(child);
    end += END_OF_FOLDER_BYTES;
    for (const child of folder.children.toReversed()) if (isFolder(child)) open.push(child);
  }
  const places = new Map(lists.map(({ folder, at }) => [folder, at]));

  const data = new Uint8Array(end);
  data.set(security);
  writeEntry(data, rootAt, root, places);
  for (const { folder, at } of lists) {
    let next = at;
    for (const child of folder.children) next = writeEntry(data, next, child, places);
  }
  return data;
}

interface Layout {
  readonly mainHash: string;
  /** Streams with entries of their own behind the directory entry. */
  readonly behind: readonly StreamName[];
  /** Bytes of the directory entry without them. */
  readonly length: number;
}

function layoutOf(entry: WimEntry): Layout {
  const named = entry.streams.filter(({ name }) => name !== '');
  const reparse = entry.streams.filter(({ kind }) => kind === 'reparse');
  const data = entry.streams.find(({ name, kind }) => name === '' && kind === 'data');
  const names = WimDirectoryEntry.size + nameBytes(entry.name) + nameBytes(entry.shortName);
  const length = entry.tagged.length > 0 ? alignUp(names, 8) + entry.tagged.length : names;
  // As Windows does it: as soon as there is more than one kind of stream, all of them stand behind.
  const apart = named.length > 0 || reparse.length > 0;
  if (!apart) return { mainHash: data?.hash ?? '', behind: [], length: alignUp(length, 8) };
  return { mainHash: '', behind: [...reparse, data ?? { name: '', kind: 'data', hash: '' }, ...named], length: alignUp(length, 8) };
}

function bytesOf(entry: WimEntry): number {
  const { behind, length } = layoutOf(entry);
  return behind.reduce((sum, { name }) => sum + streamBytes(name), length);
}

const nameBytes = (name: string): number => (name === '' ? 0 : name.length * 2 + 2);
const streamBytes = (name: string): number => alignUp(WimStreamEntry.size + nameBytes(name), 8);

/** @returns where the next entry begins */
function writeEntry(data: Uint8Array, at: number, entry: WimEntry, places: ReadonlyMap<WimEntry, number>): number {
  const { mainHash, behind, length } = layoutOf(entry);
  WimDirectoryEntry.write({
    length: BigInt(length),
    attributes: entry.attributes,
    securityId: entry.securityId,
    subdirectoryOffset: BigInt(places.get(entry) ?? 0),
    unused1: 0n,
    unused2: 0n,
    created: entry.created,
    accessed: entry.accessed,
    modified: entry.modified,
    sha1: hashBytes(mainHash),
    unknown54: entry.unknown54,
    reparseOrLink: entry.reparseOrLink,
    streamCount: behind.length,
    shortNameBytes: entry.shortName.length * 2,
    nameBytes: entry.name.length * 2,
  }, data, at);
  let next = writeName(data, at + WimDirectoryEntry.size, entry.name);
  next = writeName(data, next, entry.shortName);
  data.set(entry.tagged, alignUp(next, 8));
  next = at + length;
  for (const { name, hash } of behind) {
    WimStreamEntry.write({ length: BigInt(streamBytes(name)), unused: 0n, sha1: hashBytes(hash), nameBytes: name.length * 2 }, data, next);
    writeName(data, next + WimStreamEntry.size, name);
    next += streamBytes(name);
  }
  return next;
}

function writeName(data: Uint8Array, at: number, name: string): number {
  data.set(Buffer.from(name, 'utf16le'), at);
  return at + nameBytes(name);
}
