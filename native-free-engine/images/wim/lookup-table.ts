import { isDataFault } from '../../struct/index.ts';
import { readChunkMap } from './chunk-map.ts';
import { wimInvalid, wimTruncated } from './faults.ts';
import { isSolid, readResourceHeader, writeResourceHeader, type Resource } from './resource.ts';
import { RESOURCE_FLAG, SHA1_BYTES, SOLID_RESOURCE_SIZE, WIM_HEADER_BYTES, WimLookupEntry } from './structs.ts';
import type { LookupTable, Stream, WimFile } from './types.ts';

/** Of a file: each was one more image appended, or one more block of a large one. A stream is looked for in all of them. */
const MAX_SOLID_RESOURCES = 4096;
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
    /** Bytes of each solid resource that streams have. */
    const shared = new Map<Resource, number>();
    await readTable(file, part, tables[part]!, {
      stream: (stream) => {
        // Some writers list a stream twice; the first one serves both.
        if (streams.has(stream.hash)) return;
        streams.set(stream.hash, stream);
        if (isSolid(stream.resource)) checkShare(file, stream, shared);
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
  /** The solid resources that the entries here share, as one space of bytes. */
  let run: readonly Resource[] | null = null;
  let solids = 0;
  for (let at = 0; at < table.length; at += WimLookupEntry.size) {
    const { resource, references, partNumber, hash } = readEntry(path, table, at, part);
    if (!isOwn(file, partNumber, resource)) continue;
    if (isSolid(resource)) {
      if (!run) {
        run = await readSolidRun(file, part, table, at, take, MAX_SOLID_RESOURCES - solids);
        solids += run.length;
      }
      if (resource.size !== SOLID_RESOURCE_SIZE && hash !== '') take.stream({ hash, references, size: resource.storedSize, ...placeIn(path, run, resource) });
      continue;
    }
    run = null;
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

/** What another part holds is that part's to list; what is free is nobody's. */
const isOwn = (file: WimFile, partNumber: number, { flags }: Resource): boolean => partNumber === file.header.partNumber && (flags & RESOURCE_FLAG.free) === 0;

/** The solid resources of a run: of all entries from `at` on up to the next that is not solid, whether streams stand between them or not. */
async function readSolidRun(file: WimFile, part: number, table: Uint8Array, start: number, take: Takers, most: number): Promise<Resource[]> {
  const run: Resource[] = [];
  for (let at = start; at < table.length; at += WimLookupEntry.size) {
    const { resource, partNumber } = readEntry(file.path, table, at, part);
    if (!isOwn(file, partNumber, resource)) continue;
    if (!isSolid(resource)) break;
    if (resource.size !== SOLID_RESOURCE_SIZE) continue;
    if (run.length >= most) throw wimInvalid(file.path, `more than ${MAX_SOLID_RESOURCES} solid resources`);
    checkPlace(file, resource);
    const whole = { ...resource, size: (await readChunkMap(file, resource)).size };
    run.push(whole);
    take.resource(whole);
  }
  return run;
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

/** Streams that together are more than the resource they lie in are the same trick: a small file would be gone through for days. */
function checkShare({ path }: WimFile, { resource, size }: Stream, shared: Map<Resource, number>): void {
  const bytes = (shared.get(resource) ?? 0) + size;
  if (bytes > resource.size) throw wimInvalid(path, `streams of ${bytes} bytes in a solid resource of ${resource.size}`);
  shared.set(resource, bytes);
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

/** A lookup table of `streams` in this order, those in one solid resource together behind it: all of them one run, whose offsets count through. */
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
  let start = 0;
  for (const [resource, inIt] of solid) {
    put({ ...resource, size: SOLID_RESOURCE_SIZE }, 1, '', inIt[0]!.partNumber);
    for (const { size, offset, references, hash, partNumber } of inIt) {
      put({ offset: start + offset, storedSize: size, size: 0, flags: RESOURCE_FLAG.solid }, references, hash, partNumber);
    }
    start += resource.size;
  }
  return table;
}
