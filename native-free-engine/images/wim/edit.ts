import { EngineError } from '../../base/errors.ts';
import { throwIfAborted } from '../../base/abort.ts';
import { createHasher } from '../../codecs/checksums.ts';
import { bytesPiece, piecedSource, type Piece } from '../../io/pieces.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { applyChange, type NewContents, type WimChange } from './change.ts';
import { toFileTime } from '../../struct/file-time.ts';
import { compressionFlags, writeHeader, type WimHeader } from './header.ts';
import { readImage } from './image.ts';
import { makeIntegrity, readIntegrity } from './integrity.ts';
import { tableAt } from './layout.ts';
import { writeLookupTable } from './lookup-table.ts';
import type { Wim } from './open.ts';
import { packHere, packWhole, type Packer } from './pack.ts';
import { NO_RESOURCE, type Resource } from './resource.ts';
import { countReferences, withStatistics } from './statistics.ts';
import { RESOURCE_FLAG, WIM_FLAG, WIM_HEADER_BYTES } from './structs.ts';
import type { Stream } from './types.ts';
import { writeMetadata } from './write-metadata.ts';
import { formatXmlData, imageElements, textElement, withChild } from './xml-data.ts';
import type { XmlElement } from '../xml.ts';

/** What is to change in a WIM. Images not named stay as they are. */
export interface WimEdits {
  readonly images?: readonly {
    /** From 1. */
    readonly index: number;
    readonly changes?: readonly WimChange[];
    readonly name?: string;
    readonly description?: string;
  }[];
  /** The image that is to boot, from 1; 0: none. */
  readonly bootIndex?: number;
}

/**
 * A WIM with its changes, before they are written: the old bytes stay where they are, new ones follow them, and only the
 * header says which count. So whoever writes `tail` first and the header last, loses nothing when interrupted.
 */
export interface PlannedEdit {
  /** The whole WIM with its changes, to be written somewhere else; closing it leaves the WIM open. */
  readonly source: BlockSource;
  /** The 208 bytes at the start. */
  readonly header: Uint8Array;
  /** Where the new bytes begin. What lies there now belongs to nothing. */
  readonly tailOffset: number;
  /** From `tailOffset` to the end. */
  readonly tail: BlockSource;
  /** Contents that are new, unpacked bytes. */
  readonly newBytes: number;
}

/** New files up to this size are packed; larger ones are stored as they are, so that they need not be held in memory. */
const PACKED_FILE_BYTES = 16 << 20;
/** Of packed files held in memory until they are written. */
const HELD_BYTES = 64 << 20;
const READ_BYTES = 1 << 20;

/**
 * Plans changes to the images of a WIM by appending. New files are read once for their SHA-1, and those that do not fit in
 * memory once more when the plan is written.
 * @param options `now` for the times of what has none of its own
 * @throws EngineError `wim-is-split`, `wim-image-not-found`, `tree-entry-missing`, `tree-entry-in-the-way`, `tree-name-unsafe`, as
 *   {@link readImage}, and what the contents throw; AbortError
 */
export async function planEdit(wim: Wim, edits: WimEdits, options: { readonly now?: Date; readonly signal?: AbortSignal } = {}): Promise<PlannedEdit> {
  if (wim.files.length > 1) throw new EngineError('wim-is-split', { path: wim.path });
  const editor = new Editor(wim, toFileTime(options.now ?? new Date()), options.signal);
  for (const image of edits.images ?? []) await editor.image(image);
  return editor.finish(edits.bootIndex ?? wim.header.bootIndex);
}

class Editor {
  readonly #wim: Wim;
  readonly #now: bigint;
  readonly #signal: AbortSignal | undefined;
  readonly #packer: Packer;
  readonly #start: number;
  readonly #pieces: Piece[] = [];
  readonly #streams: Map<string, Stream>;
  readonly #references: Map<string, number>;
  readonly #metadata: Stream[];
  readonly #elements: XmlElement[];
  #end: number;
  #held = 0;
  #newBytes = 0;

  constructor(wim: Wim, now: bigint, signal: AbortSignal | undefined) {
    this.#wim = wim;
    this.#now = now;
    this.#signal = signal;
    const { compression, chunkSize } = wim.header;
    this.#packer = packHere(compression === 'lzms' ? 'none' : compression, chunkSize);
    this.#start = this.#end = usedEnd(wim);
    this.#streams = new Map(wim.table.streams);
    this.#references = new Map([...wim.table.streams].map(([hash, { references }]) => [hash, references]));
    this.#metadata = [...wim.table.metadata];
    this.#elements = imageElements(wim.xml, wim.images.length);
  }

  async image({ index, changes = [], name, description }: NonNullable<WimEdits['images']>[number]): Promise<void> {
    const { root, security } = await readImage(this.#wim, index);
    let element = this.#elements[index - 1]!;
    if (name !== undefined) element = withChild(element, textElement('NAME', name));
    if (description !== undefined) element = withChild(element, textElement('DESCRIPTION', description));
    if (changes.length > 0) {
      this.#count(countReferences(root), -1);
      for (const change of changes) {
        const hash = change.kind === 'put' ? await this.#addContents(change.contents) : '';
        applyChange(root, change, hash, this.#now);
      }
      this.#count(countReferences(root), 1);
      const data = writeMetadata({ root, security });
      const packed = await packWhole(data, this.#packer);
      const resource = this.#append(bytesPiece(packed ?? data), data.length, RESOURCE_FLAG.metadata | (packed ? RESOURCE_FLAG.compressed : 0));
      this.#metadata[index - 1] = { hash: sha1(data), size: data.length, references: 1, resource, offset: 0 };
      element = withStatistics(element, root, (hash) => this.#streams.get(hash)?.size ?? 0, this.#now);
    }
    this.#elements[index - 1] = element;
  }

  async finish(bootIndex: number): Promise<PlannedEdit> {
    const { header, xml } = this.#wim;
    const boot = bootIndex === 0 ? null : this.#metadata[bootIndex - 1];
    if (boot === undefined) throw new EngineError('wim-image-not-found', { path: this.#wim.path, image: bootIndex, count: this.#metadata.length });
    const table = writeLookupTable([...this.#metadata, ...this.#counted()]);
    const lookupTable = this.#appendTable(table);
    const others = xml.children.filter(({ name }) => name !== 'IMAGE' && name !== 'TOTALBYTES');
    const xmlData = formatXmlData({ ...xml, children: [textElement('TOTALBYTES', this.#end), ...this.#elements, ...others] });
    const xmlResource = this.#appendTable(xmlData);
    const integrity = await this.#integrity(lookupTable);
    const newHeader: WimHeader = {
      ...header, bootIndex, lookupTable, xmlData: xmlResource, bootMetadata: boot?.resource ?? NO_RESOURCE, integrity,
      flags: (header.flags & ~WIM_FLAG.writeInProgress) | compressionFlags(header.compression),
    };
    const head = writeHeader(newHeader);
    return { source: this.#whole(head), header: head, tailOffset: this.#start, tail: piecedSource(this.#pieces), newBytes: this.#newBytes };
  }

  #whole(head: Uint8Array): BlockSource {
    const body = { source: this.#wim.files[0]!.source, offset: WIM_HEADER_BYTES, length: this.#start - WIM_HEADER_BYTES };
    return piecedSource([bytesPiece(head), body, ...this.#pieces]);
  }

  /** Where the WIM had an integrity table, it gets one again; what it says of the old bytes is kept. */
  async #integrity(lookupTable: Resource): Promise<Resource> {
    const file = this.#wim.files[0]!;
    const table = await readIntegrity(file);
    if (!table) return NO_RESOURCE;
    const until = file.header.lookupTable.offset + file.header.lookupTable.storedSize;
    const data = await makeIntegrity(this.#whole(new Uint8Array(WIM_HEADER_BYTES)), lookupTable.offset + lookupTable.storedSize, { table, until }, this.#signal);
    return { ...this.#appendTable(data), flags: 0 };
  }

  /** What the lookup table shall list. Counts of other images may be wrong in the file: with several images nothing is dropped. */
  #counted(): Stream[] {
    const alone = this.#metadata.length === 1;
    const counted: Stream[] = [];
    for (const [hash, stream] of this.#streams) {
      const references = this.#references.get(hash) ?? 0;
      if (references > 0 || !alone) counted.push({ ...stream, references: Math.max(1, references) });
    }
    return counted;
  }

  #count(counts: ReadonlyMap<string, number>, sign: 1 | -1): void {
    for (const [hash, count] of counts) this.#references.set(hash, (this.#references.get(hash) ?? 0) + sign * count);
  }

  /** @returns the SHA-1, '' for an empty file */
  async #addContents(contents: NewContents): Promise<string> {
    if (contents.size === 0) return '';
    const whole = contents.size <= PACKED_FILE_BYTES && this.#held < HELD_BYTES;
    const source = await contents.open();
    try {
      const hasher = createHasher('sha1');
      let data: Uint8Array = new Uint8Array();
      for (let at = 0; at < source.size; at += data.length) {
        throwIfAborted(this.#signal);
        data = await readBytes(source, at, whole ? source.size : Math.min(READ_BYTES, source.size - at));
        hasher.update(data);
      }
      const hash = hasher.hex();
      if (!this.#streams.has(hash)) this.#streams.set(hash, await this.#newStream(hash, contents, whole ? data : null));
      return hash;
    } finally {
      await source.close();
    }
  }

  async #newStream(hash: string, contents: NewContents, data: Uint8Array | null): Promise<Stream> {
    this.#newBytes += contents.size;
    const packed = data && (await packWhole(data, this.#packer));
    const held = packed ?? data;
    this.#held += held?.length ?? 0;
    const piece = held ? bytesPiece(held) : { source: openedWhenRead(contents), offset: 0, length: contents.size };
    return { hash, size: contents.size, references: 0, resource: this.#append(piece, contents.size, packed ? RESOURCE_FLAG.compressed : 0), offset: 0 };
  }

  #append(piece: Piece, size: number, flags: number): Resource {
    const resource = { part: 0, offset: this.#end, storedSize: piece.length, size, flags };
    this.#pieces.push(piece);
    this.#end += piece.length;
    return resource;
  }

  #appendTable(data: Uint8Array): Resource {
    const resource = tableAt(this.#end, data.length);
    this.#append(bytesPiece(data), data.length, 0);
    return resource;
  }
}

/** The end of everything that the header and the tables name. */
function usedEnd({ files, table }: Wim): number {
  const { lookupTable, xmlData, integrity } = files[0]!.header;
  let end = WIM_HEADER_BYTES;
  const reach = ({ offset, storedSize }: Resource): void => {
    end = Math.max(end, offset + storedSize);
  };
  for (const resource of [lookupTable, xmlData, integrity]) reach(resource);
  for (const { resource } of [...table.streams.values(), ...table.metadata]) reach(resource);
  return end;
}

function openedWhenRead(contents: NewContents): BlockSource {
  return {
    size: contents.size,
    sectorSize: 512,
    async readInto(offset, buffer) {
      const source = await contents.open();
      try {
        await source.readInto(offset, buffer);
      } finally {
        await source.close();
      }
    },
    close: () => Promise.resolve(),
  };
}

function sha1(data: Uint8Array): string {
  const hasher = createHasher('sha1');
  hasher.update(data);
  return hasher.hex();
}
