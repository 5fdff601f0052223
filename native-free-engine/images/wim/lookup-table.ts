import { isDataFault } from '../../struct/index.ts';
import { readChunkMap } from './chunk-map.ts';
import { wimInvalid, wimTruncated } from './faults.ts';
import { isSolid, readResourceHeader, writeResourceHeader, type Resource } from './resource.ts';
import { RESOURCE_FLAG, SHA1_BYTES, SOLID_RESOURCE_SIZE, WIM_HEADER_BYTES, WimLookupEntry } from './structs.ts';
import type { LookupTable, Stream, WimFile } from './types.ts';

const NO_HASH = '0'.repeat(2 * SHA1_BYTES);

/** SHA-1 as it lies in tables, as text; '' for the zeros that stand for "nothing in it". */
export function hashText(sha1: Uint8Array): string {
  const text = Buffer.from(sha1.buffer, sha1.byteOffset, SHA1_BYTES).toString('hex');
  return text === NO_HASH ? '' : text;
}

/** '' gives zeros. */
export const hashBytes = (hash: string): Uint8Array => (hash === '' ? new Uint8Array(SHA1_BYTES) : new Uint8Array(Buffer.from(hash, 'hex')));

/**
 * @param tables the lookup table of each part, in order
 * @throws EngineError `wim-invalid`, `wim-truncated`, `wim-unsupported`, `wim-too-large`
 */
export async function readLookupTables(files: readonly WimFile[], tables: readonly Uint8Array[]): Promise<LookupTable> {
  const streams = new Map<string, Stream>();
  const metadata: Stream[] = [];
  for (const [part, file] of files.entries()) {
    const taken: Resource[] = [];
    await readTable(file, part, tables[part]!, {
      stream: (stream) => {
        // Some writers list a stream twice; the first one serves both.
        if (!streams.has(stream.hash)) streams.set(stream.hash, stream);
      },
      metadata: (stream) => metadata.push(stream),
      resource: (resource) => taken.push(resource),
    });
    checkOverlaps(file, taken);
  }
  return { streams, metadata };
}

interface Takers {
  stream(stream: Stream): void;
  metadata(stream: Stream): void;
  resource(resource: Resource): void;
}

async function readTable(file: WimFile, part: number, table: Uint8Array, take: Takers): Promise<void> {
  const { path } = file;
  if (table.length % WimLookupEntry.size !== 0) throw wimInvalid(path, `lookup table of ${table.length} bytes`);
  /** The solid resources that the next entries share, as one space of bytes. */
  let run: Resource[] = [];
  let runOpen = false;
  for (let at = 0; at < table.length; at += WimLookupEntry.size) {
    const { resource, references, partNumber, hash } = readEntry(path, table, at, part);
    // What another part holds is that part's to list; what is free is nobody's.
    if (partNumber !== file.header.partNumber || resource.flags & RESOURCE_FLAG.free) continue;
    if (isSolid(resource)) {
      if (resource.size === SOLID_RESOURCE_SIZE) {
        if (!runOpen) run = [];
        runOpen = true;
        checkPlace(file, resource);
        const whole = { ...resource, size: (await readChunkMap(file, resource)).size };
        run.push(whole);
        take.resource(whole);
        continue;
      }
      runOpen = false;
      if (hash === '') continue;
      take.stream({ hash, references, size: resource.storedSize, ...placeIn(path, run, resource) });
      continue;
    }
    runOpen = false;
    run = [];
    if (resource.flags & RESOURCE_FLAG.spanned) throw wimInvalid(path, 'a resource that goes on in another part');
    checkPlace(file, resource);
    if ((resource.flags & RESOURCE_FLAG.compressed) === 0 && resource.storedSize !== resource.size) throw wimInvalid(path, `${resource.size} bytes stored as ${resource.storedSize}`);
    const stream = { hash, references, size: resource.size, resource, offset: 0 };
    // An image that was deleted may leave its metadata behind, with no reference to it.
    if (resource.flags & RESOURCE_FLAG.metadata) {
      if (references > 0) take.metadata(stream);
    } else if (hash !== '') take.stream(stream);
    take.resource(resource);
  }
}

function readEntry(path: string, table: Uint8Array, at: number, part: number): { resource: Resource; references: number; partNumber: number; hash: string } {
  try {
    const raw = WimLookupEntry.read(table, at);
    return { resource: readResourceHeader(raw.resource, part), references: raw.references, partNumber: raw.partNumber, hash: hashText(raw.sha1) };
  } catch (error) {
    if (isDataFault(error)) throw wimInvalid(path, error.message, error);
    throw error;
  }
}

function placeIn(path: string, run: readonly Resource[], { offset, storedSize }: Resource): { resource: Resource; offset: number } {
  let start = offset;
  for (const resource of run) {
    if (start + storedSize <= resource.size) return { resource, offset: start };
    start -= resource.size;
    if (start < 0) break;
  }
  throw wimInvalid(path, `a stream at ${offset}+${storedSize} of no solid resource`);
}

/** @throws EngineError `wim-truncated`, `wim-invalid` */
export function checkPlace({ path, source }: Pick<WimFile, 'path' | 'source'>, { offset, storedSize }: Resource): void {
  if (!Number.isSafeInteger(offset + storedSize) || offset + storedSize > source.size) throw wimTruncated(path, `${offset}+${storedSize} of ${source.size} bytes`);
  if (storedSize > 0 && offset < WIM_HEADER_BYTES) throw wimInvalid(path, `a resource at ${offset}, in the header`);
}

/** Two resources in the same bytes are a trick: a few bytes that unpack to any amount. */
function checkOverlaps({ path, header }: WimFile, resources: readonly Resource[]): void {
  const tables = [header.lookupTable, header.xmlData, header.integrity];
  const sorted = [...resources, ...tables].filter(({ storedSize }) => storedSize > 0).sort((a, b) => a.offset - b.offset);
  for (let i = 1; i < sorted.length; i++) {
    const [before, here] = [sorted[i - 1]!, sorted[i]!];
    if (before.offset + before.storedSize <= here.offset) continue;
    const same = before.offset === here.offset && before.storedSize === here.storedSize && before.flags === here.flags && before.size === here.size;
    if (!same || tables.includes(here) || tables.includes(before)) throw wimInvalid(path, `resources overlap at ${here.offset}`);
  }
}

/** An entry still to be placed in a table: a stream, or the metadata of an image. */
export interface ListedStream extends Stream {
  /** From 1. */
  readonly partNumber?: number;
}

/** A lookup table of `streams` in this order, those in one solid resource together behind it. */
export function writeLookupTable(streams: readonly ListedStream[]): Uint8Array {
  const solid = new Map<Resource, ListedStream[]>();
  const plain: ListedStream[] = [];
  for (const stream of streams) {
    if (!isSolid(stream.resource)) plain.push(stream);
    else if (!solid.get(stream.resource)?.push(stream)) solid.set(stream.resource, [stream]);
  }
  const table = new Uint8Array(WimLookupEntry.size * (streams.length + solid.size));
  let at = 0;
  const put = (resource: Omit<Resource, 'part'>, references: number, hash: string, partNumber = 1): void => {
    WimLookupEntry.write({ resource: writeResourceHeader(resource), partNumber, references, sha1: hashBytes(hash) }, table, at);
    at += WimLookupEntry.size;
  };
  for (const { resource, references, hash, partNumber } of plain) put(resource, references, hash, partNumber);
  for (const [resource, inIt] of solid) {
    put({ ...resource, size: SOLID_RESOURCE_SIZE }, 1, '', inIt[0]!.partNumber);
    for (const { size, offset, references, hash, partNumber } of inIt) {
      put({ offset, storedSize: size, size: 0, flags: RESOURCE_FLAG.solid }, references, hash, partNumber);
    }
  }
  return table;
}
