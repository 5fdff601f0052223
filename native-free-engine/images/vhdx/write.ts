import { alignUp } from '../../base/safe-int.ts';
import { randomGuid, NIL_GUID, parseGuid } from '../../struct/index.ts';
import type { GrowingSink, ImageWriter } from '../image-writer.ts';
import { checksumOf } from './header.ts';
import {
  BAT_ENTRY_BYTES, BLOCK, FileParameters, METADATA, METADATA_FLAG, METADATA_TABLE_BYTES, MIB, MetadataTableEntry, MetadataTableHeader, REGION,
  REGION_TABLE_BYTES, RegionTableEntry, RegionTableHeader, SECTORS_PER_CHUNK, VHDX_HEADER_BYTES, VHDX_PLACE, VhdxHeader, VhdxIdentifier,
} from './structs.ts';

export interface CreateVhdxOptions {
  /** Of the disk, in bytes: a multiple of `logicalSectorSize`, at most 64 TiB. */
  readonly size: number;
  readonly logicalSectorSize: 512 | 4096;
  /** A power of two from 1 to 256 MiB; chosen by the size of the disk when it is left out. */
  readonly blockSize?: number;
}

const LARGE_DISK_BYTES = 2 ** 41;
const LOG = { offset: MIB, length: MIB };
const METADATA_REGION = { offset: 2 * MIB, length: MIB };
const BAT_OFFSET = 3 * MIB;

/**
 * Writes a dynamic VHDX of 4096-byte physical sectors. The tables come last, so that a file that was not finished is
 * not taken for an image.
 */
export function createVhdx(sink: GrowingSink, options: CreateVhdxOptions): ImageWriter {
  // Small blocks store what is used and little more; on a large disk their table would grow large.
  return new VhdxWriter(sink, options, options.blockSize ?? (options.size > LARGE_DISK_BYTES ? 32 * MIB : 2 * MIB));
}

class VhdxWriter implements ImageWriter {
  readonly #sink: GrowingSink;
  readonly #size: number;
  readonly #logicalSectorSize: number;
  readonly #blockSize: number;
  readonly #bat: Uint8Array;
  readonly #chunkRatio: number;
  /** Where the next block goes, in bytes. */
  #end: number;
  /** The block that was written last, and where it lies. */
  #block = -1;
  #place = 0;
  /** Bytes of the file up to which was written. */
  #written = 0;

  constructor(sink: GrowingSink, { size, logicalSectorSize }: CreateVhdxOptions, blockSize: number) {
    this.#sink = sink;
    this.#size = size;
    this.#logicalSectorSize = logicalSectorSize;
    this.#blockSize = blockSize;
    this.#chunkRatio = (SECTORS_PER_CHUNK * logicalSectorSize) / blockSize;
    const blocks = Math.ceil(size / blockSize);
    const entries = blocks + Math.floor((blocks - 1) / this.#chunkRatio);
    this.#bat = new Uint8Array(alignUp(entries * BAT_ENTRY_BYTES, MIB));
    this.#end = BAT_OFFSET + this.#bat.length;
  }

  async writeAt(offset: number, data: Uint8Array): Promise<void> {
    for (let done = 0; done < data.length; ) {
      const block = Math.floor((offset + done) / this.#blockSize);
      const within = (offset + done) % this.#blockSize;
      const length = Math.min(this.#blockSize - within, data.length - done);
      if (block !== this.#block) this.#allocate(block);
      await this.#write(this.#place + within, data.subarray(done, done + length));
      done += length;
    }
  }

  async finish(): Promise<void> {
    // Every block is wholly part of the file, also the end of the last one that nothing was written to.
    if (this.#written < this.#end) await this.#write(this.#end - 4096, new Uint8Array(4096));
    await this.#sink.writeAt(BAT_OFFSET, this.#bat);
    await this.#sink.writeAt(METADATA_REGION.offset, this.#metadata());
    await this.#sink.writeAt(LOG.offset, new Uint8Array(LOG.length));
    const regions = this.#regionTable();
    for (const offset of VHDX_PLACE.regionTables) await this.#sink.writeAt(offset, regions);
    const guids = { fileWriteGuid: randomGuid(), dataWriteGuid: randomGuid(), logGuid: NIL_GUID };
    for (const [i, offset] of VHDX_PLACE.headers.entries()) {
      const header = { signature: 'head', checksum: 0, sequenceNumber: BigInt(i + 1), ...guids, logVersion: 0, version: 1, logLength: LOG.length, logOffset: BigInt(LOG.offset) };
      await this.#sink.writeAt(offset, withChecksum(VhdxHeader.write(header, new Uint8Array(VHDX_HEADER_BYTES))));
    }
    const creator = new Uint8Array(new Uint16Array([...'Werkbank'].map((char) => char.charCodeAt(0))).buffer);
    await this.#sink.writeAt(VHDX_PLACE.identifier, VhdxIdentifier.write({ signature: 'vhdxfile', creator }));
  }

  #allocate(block: number): void {
    this.#block = block;
    this.#place = this.#end;
    this.#end += this.#blockSize;
    const entry = (BigInt(this.#place / MIB) << 20n) | BigInt(BLOCK.fullyPresent);
    const index = block + Math.floor(block / this.#chunkRatio);
    new DataView(this.#bat.buffer).setBigUint64(index * BAT_ENTRY_BYTES, entry, true);
  }

  async #write(offset: number, data: Uint8Array): Promise<void> {
    await this.#sink.writeAt(offset, data);
    this.#written = Math.max(this.#written, offset + data.length);
  }

  #regionTable(): Uint8Array {
    const table = new Uint8Array(REGION_TABLE_BYTES);
    const regions = [
      { guid: REGION.bat, fileOffset: BigInt(BAT_OFFSET), length: this.#bat.length, required: 1 },
      { guid: REGION.metadata, fileOffset: BigInt(METADATA_REGION.offset), length: METADATA_REGION.length, required: 1 },
    ];
    RegionTableHeader.write({ signature: 'regi', checksum: 0, entryCount: regions.length }, table);
    regions.forEach((region, i) => RegionTableEntry.write(region, table, RegionTableHeader.size + i * RegionTableEntry.size));
    return withChecksum(table);
  }

  #metadata(): Uint8Array {
    const region = new Uint8Array(METADATA_REGION.length);
    const number = (value: number, length: 4 | 8): Uint8Array => {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
      return bytes.subarray(0, length);
    };
    const { virtualDisk, required } = METADATA_FLAG;
    const items = [
      { itemId: METADATA.fileParameters, flags: required, value: FileParameters.write({ blockSize: this.#blockSize, flags: 0 }) },
      { itemId: METADATA.virtualDiskSize, flags: virtualDisk | required, value: number(this.#size, 8) },
      { itemId: METADATA.virtualDiskId, flags: virtualDisk | required, value: parseGuid(randomGuid()) },
      { itemId: METADATA.logicalSectorSize, flags: virtualDisk | required, value: number(this.#logicalSectorSize, 4) },
      { itemId: METADATA.physicalSectorSize, flags: virtualDisk | required, value: number(4096, 4) },
    ];
    MetadataTableHeader.write({ signature: 'metadata', entryCount: items.length }, region);
    let offset = METADATA_TABLE_BYTES;
    for (const [i, { itemId, flags, value }] of items.entries()) {
      MetadataTableEntry.write({ itemId, offset, length: value.length, flags }, region, MetadataTableHeader.size + i * MetadataTableEntry.size);
      region.set(value, offset);
      offset += value.length;
    }
    return region;
  }
}

function withChecksum(bytes: Uint8Array): Uint8Array {
  new DataView(bytes.buffer).setUint32(4, checksumOf(bytes), true);
  return bytes;
}
