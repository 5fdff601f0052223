import { EngineError } from '../../base/errors.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import type { XmlElement } from '../xml.ts';
import { wimInvalid } from './faults.ts';
import { readHeader, type WimHeader } from './header.ts';
import { readLookupTables } from './lookup-table.ts';
import { isSolid } from './resource.ts';
import { ResourceReader } from './resource-reader.ts';
import { WIM_HEADER_BYTES } from './structs.ts';
import type { LookupTable, WimFile } from './types.ts';
import { imageElements, parseXmlData, readImageInfo, type WimImageInfo } from './xml-data.ts';

/** A WIM that is open: what images it holds, and where everything lies. The trees are read one at a time: {@link readImage}. */
export interface Wim {
  /** Of its first file. */
  readonly path: string;
  /** One, or all parts of a split WIM in order. */
  readonly files: readonly WimFile[];
  /** Of its first file. */
  readonly header: WimHeader;
  readonly images: readonly WimImageInfo[];
  /** Its XML as it lies there, with what this program does not know. */
  readonly xml: XmlElement;
  readonly xmlData: Uint8Array;
  readonly table: LookupTable;
  readonly resources: ResourceReader;
  /** Many files are packed as one, as in an ESD: it cannot be split as it is. */
  readonly solid: boolean;
  close(): Promise<void>;
}

/** Tables larger than these belong to no WIM that anybody has; in bytes. */
const MAX_TABLE_BYTES = 64 << 20;
const MAX_XML_BYTES = 4 << 20;

/**
 * Opens a WIM: one file, or all parts of a split one in any order. Reads header, lookup table and XML.
 * The sources are closed with it, and when opening fails.
 * @param files each with its path, for messages
 * @throws EngineError `wim-not-one`, `wim-pipable`, `wim-invalid`, `wim-truncated`, `wim-unsupported`, `wim-too-large`,
 *   `wim-parts-mixed`, `image-part-missing`, and what the sources throw
 */
export async function openWim(files: readonly { readonly path: string; readonly source: BlockSource }[]): Promise<Wim> {
  const close = async (): Promise<void> => {
    await Promise.all(files.map(({ source }) => source.close()));
  };
  try {
    return { ...(await readWim(await inOrder(files))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws EngineError as {@link openWim} */
export async function readWimHeader({ path, source }: { readonly path: string; readonly source: BlockSource }): Promise<WimHeader> {
  return readHeader(await headOf(source), path);
}

const headOf = (source: BlockSource): Promise<Uint8Array> => readBytes(source, 0, Math.min(WIM_HEADER_BYTES, source.size));

async function inOrder(files: readonly { readonly path: string; readonly source: BlockSource }[]): Promise<WimFile[]> {
  const read = await Promise.all(files.map(async (file) => {
    const head = await headOf(file.source);
    return { file, head, header: readHeader(head, file.path) };
  }));
  read.sort((a, b) => a.header.partNumber - b.header.partNumber);
  const first = read[0]!;
  for (const { header, file } of read) {
    if (header.guid !== first.header.guid || header.partCount !== first.header.partCount) throw new EngineError('wim-parts-mixed', { path: file.path, other: first.file.path });
  }
  for (let part = 1; part <= first.header.partCount; part++) {
    const found = read.filter(({ header }) => header.partNumber === part);
    if (found.length === 0) throw new EngineError('image-part-missing', { path: first.file.path, part });
    if (found.length > 1) throw new EngineError('wim-parts-mixed', { path: found[1]!.file.path, other: found[0]!.file.path });
  }
  return read.map(({ file, head }, part) => ({ ...file, head, header: readHeader(head, file.path, part) }));
}

async function readWim(files: readonly WimFile[]): Promise<Omit<Wim, 'close'>> {
  const { path, header } = files[0]!;
  const resources = new ResourceReader(files);
  const tables: Uint8Array[] = [];
  for (const file of files) tables.push(await resources.readAll(file.header.lookupTable, 'lookup table', MAX_TABLE_BYTES));
  const table = await readLookupTables(files, tables);
  if (table.metadata.length < header.imageCount) throw wimInvalid(path, `metadata of ${table.metadata.length} images of ${header.imageCount}`);
  const xmlData = await resources.readAll(header.xmlData, 'XML', MAX_XML_BYTES);
  const xml = parseXmlData(xmlData, path);
  const solid = new Set([...table.streams.values()].map(({ resource }) => resource).filter(isSolid));
  return {
    path,
    files,
    header,
    xml,
    xmlData,
    // More than there are images: what was left behind when an image was deleted.
    table: { ...table, metadata: table.metadata.slice(0, header.imageCount) },
    images: imageElements(xml, header.imageCount).map((element, i) => readImageInfo(element, i + 1)),
    resources,
    solid: solid.size > 0,
  };
}
