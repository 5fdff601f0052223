import { bytesPiece, piecedSource, type Piece } from '../../io/pieces.ts';
import type { BlockSource } from '../../io/types.ts';
import { writeHeader, type WimHeader } from './header.ts';
import { writeLookupTable, type ListedStream } from './lookup-table.ts';
import { NO_RESOURCE, type Resource } from './resource.ts';
import { RESOURCE_FLAG, WIM_HEADER_BYTES } from './structs.ts';

/** A WIM file to be: what its header says, and the resources it consists of in their order. */
export interface WimLayout {
  /** Everything but where tables lie. */
  readonly header: Omit<WimHeader, 'compression' | 'lookupTable' | 'xmlData' | 'bootMetadata' | 'integrity'>;
  /** UTF-16, with its mark. */
  readonly xmlData: Uint8Array;
  readonly streams: readonly ListedStream[];
  /** Index in `streams` of the metadata of the image that boots; null: none. */
  readonly bootStream: number | null;
}

/** Bytes that a file takes besides its resources: header, XML, and an entry in the lookup table for each stream. */
export const ENTRY_BYTES = 50;
export const overheadOf = (xmlData: Uint8Array): number => WIM_HEADER_BYTES + xmlData.length;

/**
 * A whole WIM file as a source: header, the resources moved as they are from `sources`, lookup table, XML.
 * @param sources where the resources lie now, by their `part`
 */
export function layOut({ header, xmlData, streams, bootStream }: WimLayout, sources: readonly BlockSource[]): BlockSource {
  const pieces: Piece[] = [];
  const moved = new Map<Resource, Resource>();
  let at = WIM_HEADER_BYTES;
  for (const { resource } of streams) {
    if (moved.has(resource)) continue;
    moved.set(resource, { ...resource, part: 0, offset: at });
    pieces.push({ source: sources[resource.part]!, offset: resource.offset, length: resource.storedSize });
    at += resource.storedSize;
  }
  const table = writeLookupTable(streams.map((stream) => ({ ...stream, resource: moved.get(stream.resource)!, partNumber: header.partNumber })));
  const lookupTable = tableAt(at, table.length);
  const xml = tableAt(at + table.length, xmlData.length);
  const bootMetadata = bootStream === null ? NO_RESOURCE : moved.get(streams[bootStream]!.resource)!;
  const head = writeHeader({ ...header, lookupTable, xmlData: xml, bootMetadata, integrity: NO_RESOURCE });
  return piecedSource([bytesPiece(head), ...pieces, bytesPiece(table), bytesPiece(xmlData)]);
}

/** Lookup table and XML: flagged as metadata, never packed, as all writers do it. */
export const tableAt = (offset: number, length: number): Resource => ({ part: 0, offset, storedSize: length, size: length, flags: length > 0 ? RESOURCE_FLAG.metadata : 0 });
