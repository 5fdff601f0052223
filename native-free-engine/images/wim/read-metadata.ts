import { toSafeInt, alignUp } from '../../base/safe-int.ts';
import { EngineError } from '../../base/errors.ts';
import { isSafeName } from '../../io/tree-builder.ts';
import { isDataFault } from '../../struct/index.ts';
import { isFolder, isReparsePoint, newEntry, type StreamName, type WimEntry } from './entry.ts';
import { wimInvalid } from './faults.ts';
import { hashText } from './lookup-table.ts';
import { ATTRIBUTE, WimDirectoryEntry, WimSecurityHeader, WimStreamEntry } from './structs.ts';

/** What an image is made of: its folders and files, and who may do what with them. */
export interface ImageMetadata {
  /** A folder without a name. */
  readonly root: WimEntry;
  /** The security data as it lies there, header and all; entries point into it by number. */
  readonly security: Uint8Array;
}

/** Of a path, in UTF-16 units: what Windows allows. It bounds the depth of folders as well. */
const MAX_PATH_UNITS = 32_767;

/**
 * The tree of an image, from its unpacked metadata.
 * @throws EngineError `wim-invalid`, `wim-folders-loop`, `tree-name-unsafe`
 */
export function readMetadata(data: Uint8Array, path: string): ImageMetadata {
  try {
    return new MetadataReader(data, path).read();
  } catch (error) {
    if (isDataFault(error)) throw wimInvalid(path, `metadata: ${error.message}`, error);
    throw error;
  }
}

interface Found {
  readonly entry: WimEntry;
  readonly subdirectory: number;
  readonly end: number;
}

class MetadataReader {
  readonly #data: Uint8Array;
  readonly #path: string;

  constructor(data: Uint8Array, path: string) {
    this.#data = data;
    this.#path = path;
  }

  read(): ImageMetadata {
    const security = this.#security();
    const at = security.length;
    const found = this.#data.length > at ? this.#entry(at) : null;
    // An image of nothing at all has no root either.
    if (!found) return { root: newEntry('', ATTRIBUTE.folder, 0n), security };
    const { entry: root, subdirectory } = found;
    if (!isFolder(root)) throw wimInvalid(this.#path, 'metadata: the root is no folder');
    root.name = '';
    this.#folders(root, subdirectory);
    return { root, security };
  }

  #security(): Uint8Array {
    const { totalLength, entryCount } = WimSecurityHeader.read(this.#data);
    const length = alignUp(Math.max(totalLength, WimSecurityHeader.size), 8);
    if (length > this.#data.length || WimSecurityHeader.size + entryCount * 8 > length) throw wimInvalid(this.#path, `security data of ${totalLength} bytes, ${entryCount} entries`);
    return this.#data.slice(0, length);
  }

  #folders(root: WimEntry, subdirectory: number): void {
    const seen = new Set<number>();
    const open = [{ folder: root, at: subdirectory, units: 0 }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { folder, units } = next;
      // Folders with nothing in them may share the end of a list.
      if (next.at === 0 || !this.#entry(next.at)) continue;
      if (seen.has(next.at)) throw new EngineError('wim-folders-loop', { path: this.#path, folder: folder.name });
      seen.add(next.at);
      const names = new Set<string>();
      for (let found = this.#entry(next.at); found; found = this.#entry(found.end)) {
        const { entry, subdirectory: below } = found;
        const length = units + entry.name.length + 1;
        this.#checkName(entry.name, names, length);
        folder.children.push(entry);
        if (isFolder(entry)) open.push({ folder: entry, at: below, units: length });
      }
    }
  }

  #checkName(name: string, names: Set<string>, units: number): void {
    if (!isSafeName(name)) throw new EngineError('tree-name-unsafe', { path: `${this.#path}: ${name.replaceAll('\0', '\ufffd')}` });
    if (names.has(name)) throw wimInvalid(this.#path, 'metadata: two files of one name in a folder');
    if (units > MAX_PATH_UNITS) throw wimInvalid(this.#path, 'metadata: a path longer than any');
    names.add(name);
  }

  /** The entry at `at`, or null at the end of a folder. */
  #entry(at: number): Found | null {
    if (at + 8 > this.#data.length) throw wimInvalid(this.#path, `metadata: entry at ${at} of ${this.#data.length}`);
    if (new DataView(this.#data.buffer, this.#data.byteOffset).getBigUint64(at, true) <= 8n) return null;
    const raw = WimDirectoryEntry.read(this.#data, at);
    const length = toSafeInt(raw.length, 'WimDirectoryEntry.length');
    const name = this.#name(at + WimDirectoryEntry.size, raw.nameBytes);
    const short = this.#name(name.end, raw.shortNameBytes);
    const end = alignUp(at + length, 8);
    if (short.end > at + length || end > this.#data.length) throw wimInvalid(this.#path, `metadata: an entry of ${length} bytes at ${at}`);
    const entry: WimEntry = {
      name: name.text,
      shortName: short.text,
      attributes: raw.attributes,
      securityId: raw.securityId,
      created: raw.created,
      accessed: raw.accessed,
      modified: raw.modified,
      reparseOrLink: raw.reparseOrLink,
      unknown54: raw.unknown54,
      streams: [],
      tagged: this.#data.slice(Math.min(at + length, alignUp(short.end, 8)), at + length),
      children: [],
    };
    const streams = [{ name: '', hash: hashText(raw.sha1) }];
    let next = end;
    for (let i = 0; i < raw.streamCount; i++) next = this.#stream(next, streams);
    entry.streams = withKinds(streams, isReparsePoint(entry));
    return { entry, subdirectory: toSafeInt(raw.subdirectoryOffset, 'WimDirectoryEntry.subdirectoryOffset'), end: next };
  }

  /** Adds the stream at `at`. @returns where the next one begins */
  #stream(at: number, streams: { name: string; hash: string }[]): number {
    const raw = WimStreamEntry.read(this.#data, at);
    const length = toSafeInt(raw.length, 'WimStreamEntry.length');
    const name = this.#name(at + WimStreamEntry.size, raw.nameBytes);
    const end = alignUp(at + length, 8);
    if (name.end > at + length || end > this.#data.length) throw wimInvalid(this.#path, `metadata: a stream entry of ${length} bytes at ${at}`);
    streams.push({ name: name.text, hash: hashText(raw.sha1) });
    return end;
  }

  /** A name of `bytes` bytes and the zero behind it, which an empty one has not. */
  #name(at: number, bytes: number): { text: string; end: number } {
    if (bytes === 0) return { text: '', end: at };
    if (bytes % 2 !== 0 || at + bytes > this.#data.length) throw wimInvalid(this.#path, `metadata: a name of ${bytes} bytes at ${at}`);
    return { text: utf16Text(this.#data, at, bytes), end: at + bytes + 2 };
  }
}

/** Unlike TextDecoder, halves of surrogate pairs stay what they are. */
function utf16Text(data: Uint8Array, at: number, bytes: number): string {
  return Buffer.from(data.buffer, data.byteOffset + at, bytes).toString('utf16le');
}

/**
 * Which of a file's unnamed streams is what. The first one with contents is the target of a reparse point, the next one the
 * file's own; the hash in the entry itself counts as the first stream, and is zeros when Windows wrote the others behind.
 */
function withKinds(streams: readonly { readonly name: string; readonly hash: string }[], reparsePoint: boolean): StreamName[] {
  let reparse = !reparsePoint;
  let data = false;
  const kinds: StreamName[] = [];
  for (const { name, hash } of streams) {
    if (name !== '') kinds.push({ name, hash, kind: 'data' });
    else if (hash === '') continue;
    else if (!reparse) {
      reparse = true;
      kinds.push({ name, hash, kind: 'reparse' });
    } else if (!data) {
      data = true;
      kinds.push({ name, hash, kind: 'data' });
    }
  }
  return kinds;
}
