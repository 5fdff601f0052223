import { ISO_SECTOR, SUSP_ENTRY_MAX } from '../../filesystems/iso9660/structs.ts';
import type { DiscFolder, DiscLink, DiscNode } from './nodes.ts';

/** What Rock Ridge says of one record (IEEE P1282), as entries of SUSP (IEEE P1281), to be laid out by {@link layOutEntries}. */
export type SuspEntries = readonly Uint8Array[];

/** Where the entries of one record lie: behind its name, and where these end with a way on, in areas elsewhere. */
export interface SuspLayout {
  /** Bytes behind the name. */
  readonly inline: number;
  readonly pieces: readonly SuspPiece[];
}

interface SuspPiece {
  readonly entries: SuspEntries;
  /** Bytes of the entries and, in all but the last piece, of the way on. */
  readonly length: number;
}

/** The way on: where the next piece lies. */
const CONTINUATION_BYTES = 28;
/** Of a directory record, whose length is told in one byte and is even. */
export const MAX_RECORD = 254;

const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;
/** Everybody may read; whose files they were, means nothing on another computer. */
const READABLE = 0o444;
const EXECUTABLE = 0o111;
const MORE = 1;

/** As mkisofs writes it, and every reader knows it: RRIP 1.09. */
const EXTENSION = {
  id: 'RRIP_1991A',
  text: 'THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS',
  source: 'PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.',
} as const;

/** What a node is, under its own name. */
export function nodeEntries(node: DiscNode | DiscLink): SuspEntries {
  return [attributes(node), ...nameEntries(node.name), ...(node.kind === 'link' ? linkEntries(node.target) : [])];
}

/** What a folder's record of itself, or of its parent, says. @param root this is the record of itself in the root, which says for the whole disc that there is Rock Ridge */
export function folderEntries(folder: DiscFolder, root: boolean): SuspEntries {
  if (!root) return [attributes(folder)];
  const { id, text, source } = EXTENSION;
  return [entry('SP', [0xbe, 0xef, 0]), attributes(folder), entry('ER', [id.length, text.length, source.length, 1, ...ascii(id + text + source)])];
}

/** @param room bytes that a record has behind its name */
export function layOutEntries(entries: SuspEntries, room: number): SuspLayout {
  const pieces: SuspPiece[] = [];
  const left = [...entries];
  while (left.length > 0 || pieces.length === 0) {
    const most = pieces.length === 0 ? room : ISO_SECTOR;
    const whole = bytesOf(left) <= most;
    const taken: Uint8Array[] = [];
    while (left.length > 0 && (whole || bytesOf(taken) + left[0]!.length <= most - CONTINUATION_BYTES)) taken.push(left.shift()!);
    pieces.push({ entries: taken, length: bytesOf(taken) + (whole ? 0 : CONTINUATION_BYTES) });
  }
  return { inline: pieces[0]!.length, pieces };
}

const bytesOf = (entries: SuspEntries): number => entries.reduce((sum, { length }) => sum + length, 0);

/** Gives continuation areas their places: none crosses a block. */
export class ContinuationAreas {
  #end = 0;

  /** @returns where each piece but the first begins, bytes from the start of all areas */
  place({ pieces }: SuspLayout): number[] {
    return pieces.slice(1).map(({ length }) => {
      if ((this.#end % ISO_SECTOR) + length > ISO_SECTOR) this.#end = Math.ceil(this.#end / ISO_SECTOR) * ISO_SECTOR;
      const place = this.#end;
      this.#end += length;
      return place;
    });
  }

  get blocks(): number {
    return Math.ceil(this.#end / ISO_SECTOR);
  }
}

/**
 * The bytes of each piece, those behind the record's name first.
 * @param places as {@link ContinuationAreas} gave them
 * @param start block on the disc where the areas begin
 */
export function pieceBytes({ pieces }: SuspLayout, places: readonly number[], start: number): Uint8Array[] {
  return pieces.map(({ entries }, i) => {
    const next = places[i];
    if (next === undefined) return Buffer.concat(entries);
    const way = [...both(start + Math.floor(next / ISO_SECTOR)), ...both(next % ISO_SECTOR), ...both(pieces[i + 1]!.length)];
    return Buffer.concat([...entries, entry('CE', way)]);
  });
}

function entry(signature: string, data: Iterable<number>): Uint8Array {
  const bytes = [...data];
  return Uint8Array.of(...ascii(signature), bytes.length + 4, 1, ...bytes);
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** 32 bits in both byte orders (ECMA-119 7.3.3). */
function both(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, value, true);
  view.setUint32(4, value);
  return [...new Uint8Array(view.buffer)];
}

function attributes(node: DiscNode | DiscLink): Uint8Array {
  const links = node.kind === 'folder' ? 2 + node.children.filter(({ kind }) => kind === 'folder').length : 1;
  return entry('PX', [...both(modeOf(node)), ...both(links), ...both(0), ...both(0)]);
}

function modeOf(node: DiscNode | DiscLink): number {
  if (node.kind === 'folder') return S_IFDIR | READABLE | EXECUTABLE;
  if (node.kind === 'link') return S_IFLNK | 0o777;
  return S_IFREG | READABLE | (node.entry.executable ? EXECUTABLE : 0);
}

function nameEntries(name: string): Uint8Array[] {
  const parts = cut(new TextEncoder().encode(name), SUSP_ENTRY_MAX - 5);
  return parts.map((part, i) => entry('NM', [i < parts.length - 1 ? MORE : 0, ...part]));
}

const COMPONENT = { more: 1, here: 2, up: 4, root: 8 } as const;

/** Where a link leads, name by name. One that does not fit goes on in the next entry. */
function linkEntries(target: string): Uint8Array[] {
  const components = [...(target.startsWith('/') ? [Uint8Array.of(COMPONENT.root, 0)] : []), ...target.split('/').filter((part) => part !== '').flatMap(componentsOf)];
  const groups: Uint8Array[][] = [[]];
  for (const component of components) {
    if (bytesOf(groups.at(-1)!) + component.length > SUSP_ENTRY_MAX - 5) groups.push([]);
    groups.at(-1)!.push(component);
  }
  return groups.map((group, i) => entry('SL', [i < groups.length - 1 ? MORE : 0, ...Buffer.concat(group)]));
}

function componentsOf(part: string): Uint8Array[] {
  if (part === '.' || part === '..') return [Uint8Array.of(part === '.' ? COMPONENT.here : COMPONENT.up, 0)];
  const pieces = cut(new TextEncoder().encode(part), SUSP_ENTRY_MAX - 7);
  return pieces.map((bytes, i) => Uint8Array.of(i < pieces.length - 1 ? COMPONENT.more : 0, bytes.length, ...bytes));
}

function cut(bytes: Uint8Array, most: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / most) }, (_, i) => bytes.subarray(i * most, (i + 1) * most));
}
