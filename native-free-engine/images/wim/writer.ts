import type { WimCrew } from '../../codecs/node-wim-crew.ts';
import { createHasher } from '../../codecs/checksums.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { randomGuid } from '../../struct/index.ts';
import type { XmlElement } from '../xml.ts';
import { compressionFlags, writeHeader } from './header.ts';
import { makeIntegrity } from './integrity.ts';
import { tableAt } from './layout.ts';
import { writeLookupTable } from './lookup-table.ts';
import { AppendingOutput, type WimOutput } from './output.ts';
import { packHere, packWhole, type WimPacking } from './pack.ts';
import type { ImageMetadata } from './read-metadata.ts';
import { NO_RESOURCE, type Resource } from './resource.ts';
import { storeAll, type Incoming, type IncomingBytes } from './store.ts';
import { RESOURCE_FLAG, WIM_HEADER_BYTES, WIM_VERSION } from './structs.ts';
import type { Stream } from './types.ts';
import { writeMetadata } from './write-metadata.ts';
import { formatXmlData, textElement } from './xml-data.ts';

/** How a new WIM is packed. */
export interface WimFormat {
  readonly packing: WimPacking;
  /** Bytes before packing. */
  readonly chunkSize: number;
  /** With an integrity table: the file is read once more for it. */
  readonly integrity: boolean;
}

/** Writes a new WIM from its start to its end; the header comes last, so that what was interrupted is no WIM. */
export class WimWriter {
  readonly format: WimFormat;
  readonly #output: WimOutput;
  readonly #appending: AppendingOutput;
  readonly #crew: WimCrew;
  readonly #metadata: Stream[] = [];

  constructor(output: WimOutput, format: WimFormat, crew: WimCrew) {
    this.format = format;
    this.#output = output;
    this.#appending = new AppendingOutput(output, WIM_HEADER_BYTES);
    this.#crew = crew;
  }

  /** A resource of another WIM as it is, packed or not. */
  async copy(resource: Resource, source: BlockSource): Promise<Resource> {
    const offset = this.#appending.end;
    for (let at = 0; at < resource.storedSize; at += COPY_BYTES) {
      await this.#appending.append(await readBytes(source, resource.offset + at, Math.min(COPY_BYTES, resource.storedSize - at)));
    }
    return { ...resource, part: 0, offset };
  }

  /** Contents that come one after the other. Yields each when it is stored. */
  store(incoming: AsyncIterable<IncomingBytes>): AsyncGenerator<{ readonly of: Incoming; readonly resource: Resource }> {
    return storeAll(incoming, this.#appending, this.format, this.#crew);
  }

  /** The tree of the next image. */
  async image(metadata: ImageMetadata): Promise<void> {
    const data = writeMetadata(metadata);
    const packed = await packWhole(data, packHere(this.format.packing, this.format.chunkSize));
    const offset = this.#appending.end;
    await this.#appending.append(packed ?? data);
    const resource = { part: 0, offset, storedSize: (packed ?? data).length, size: data.length, flags: RESOURCE_FLAG.metadata | (packed ? RESOURCE_FLAG.compressed : 0) };
    const hasher = createHasher('sha1');
    hasher.update(data);
    this.#metadata.push({ hash: hasher.hex(), size: data.length, references: 1, resource, offset: 0 });
  }

  /** The metadata of the next image as it lies in another WIM. */
  async copyImage(stream: Stream, source: BlockSource): Promise<void> {
    this.#metadata.push({ ...stream, references: 1, resource: await this.copy(stream.resource, source) });
  }

  /**
   * Tables, XML and at last the header, each on stable storage before the next that makes it count.
   * @param images elements of the XML, with their numbers
   * @param bootIndex from 1; 0: none
   * @param flags of the header besides the way it is packed
   * @returns bytes of the whole file
   */
  async finish(streams: readonly Stream[], images: readonly XmlElement[], bootIndex: number, flags: number, signal?: AbortSignal): Promise<number> {
    const { packing, chunkSize } = this.format;
    const lookupTable = await this.#table(writeLookupTable([...this.#metadata, ...streams]));
    const xml = { name: 'WIM', attributes: {}, text: '', children: [textElement('TOTALBYTES', this.#appending.end), ...images] };
    const xmlData = await this.#table(formatXmlData(xml));
    let integrity = NO_RESOURCE;
    await this.#appending.settle();
    if (this.format.integrity) {
      const written = { ...this.#output, size: this.#appending.end, sectorSize: 512, readInto: this.#output.readInto.bind(this.#output), close: () => Promise.resolve() };
      integrity = { ...(await this.#table(await makeIntegrity(written, lookupTable.offset + lookupTable.storedSize, null, signal))), flags: 0 };
      await this.#appending.settle();
    }
    await this.#output.flush();
    await this.#output.writeAt(0, writeHeader({
      version: WIM_VERSION.plain, flags: flags | compressionFlags(packing), chunkSize: packing === 'none' ? 0 : chunkSize, guid: randomGuid(), partNumber: 1, partCount: 1,
      imageCount: this.#metadata.length, bootIndex, lookupTable, xmlData, bootMetadata: this.#metadata[bootIndex - 1]?.resource ?? NO_RESOURCE, integrity,
    }));
    await this.#output.flush();
    return this.#appending.end;
  }

  async #table(data: Uint8Array): Promise<Resource> {
    const resource = tableAt(this.#appending.end, data.length);
    await this.#appending.append(data);
    return resource;
  }
}

const COPY_BYTES = 4 << 20;
