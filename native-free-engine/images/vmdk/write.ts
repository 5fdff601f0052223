import { EngineError } from '../../base/errors.ts';
import { alignUp } from '../../base/safe-int.ts';
import { packZlib } from '../../codecs/deflate-block.ts';
import type { GrowingSink, ImageWriter } from '../image-writer.ts';
import { formatDescriptor } from './descriptor.ts';
import { COMPRESSION, DIRECTORY_AT_END, LINE_ENDS, MARKER, SECTOR, VMDK_FLAG, VMDK_MAGIC, VmdkGrainMarker, VmdkMetadataMarker, VmdkSparseHeader } from './structs.ts';

/** As in every stream-optimised image that VMware makes. */
const GRAIN_BYTES = 64 * 1024;
const ENTRIES = 512;
const OVERHEAD_SECTORS = 128;
const DESCRIPTOR_SECTORS = 20;
const TABLE_SPAN = GRAIN_BYTES * ENTRIES;

/** Grains are found by 32-bit sector numbers in a file that may be a little larger than the disk. */
export const MAX_VMDK_SIZE = 2040 * 1024 ** 3;

export interface VmdkDisk {
  /** Bytes; rounded up to whole sectors. */
  readonly size: number;
  /** The image's own name, which its descriptor repeats. */
  readonly name: string;
}

/**
 * A stream-optimised VMDK in the making, the kind that VMware and VirtualBox import: deflated grains of 64 KiB,
 * each table behind its grains, the directory at the end.
 * @throws EngineError `image-too-large-for-format`
 */
export function createVmdk(sink: GrowingSink, disk: VmdkDisk): ImageWriter {
  if (disk.size > MAX_VMDK_SIZE) throw new EngineError('image-too-large-for-format', { format: 'VMDK', size: disk.size, maximum: MAX_VMDK_SIZE });
  return new VmdkWriter(sink, alignUp(disk.size, SECTOR), disk.name);
}

class VmdkWriter implements ImageWriter {
  readonly #sink: GrowingSink;
  readonly #size: number;
  readonly #name: string;
  readonly #directory: Uint32Array;
  /** Of the table that is being filled. */
  #table = new Uint32Array(ENTRIES);
  #tableIndex = -1;
  #end = OVERHEAD_SECTORS * SECTOR;

  constructor(sink: GrowingSink, size: number, name: string) {
    this.#sink = sink;
    this.#size = size;
    this.#name = name;
    this.#directory = new Uint32Array(Math.ceil(size / TABLE_SPAN));
  }

  async writeAt(offset: number, data: Uint8Array): Promise<void> {
    const starts = Array.from({ length: Math.ceil(data.length / GRAIN_BYTES) }, (_, i) => i * GRAIN_BYTES);
    // Packed side by side, written in order.
    const packed = await Promise.all(starts.map((start) => packGrain(data.subarray(start, start + GRAIN_BYTES))));
    for (const [i, start] of starts.entries()) {
      const grain = packed[i];
      if (grain) await this.#putGrain((offset + start) / GRAIN_BYTES, grain);
    }
  }

  async finish(): Promise<void> {
    await this.#putTable();
    const directory = bytesOf(this.#directory);
    const directoryAt = (await this.#putMarked(MARKER.grainDirectory, directory)) / SECTOR;
    await this.#putMarked(MARKER.footer, this.#header(BigInt(directoryAt)));
    await this.#sink.writeAt(this.#end, VmdkMetadataMarker.write({ sectors: 0n, size: 0, type: MARKER.endOfStream }));
    const descriptor = new Uint8Array(DESCRIPTOR_SECTORS * SECTOR);
    const cid = crypto.getRandomValues(new Uint32Array(1))[0]!;
    // fffffffe and ffffffff mean other things.
    new TextEncoder().encodeInto(formatDescriptor(this.#name, this.#size / SECTOR, cid >>> 1), descriptor);
    await this.#sink.writeAt(SECTOR, descriptor);
    await this.#sink.writeAt(0, this.#header(DIRECTORY_AT_END));
  }

  async #putGrain(index: number, packed: Uint8Array): Promise<void> {
    const tableIndex = Math.floor(index / ENTRIES);
    if (tableIndex !== this.#tableIndex) {
      await this.#putTable();
      this.#tableIndex = tableIndex;
    }
    this.#table[index % ENTRIES] = this.#end / SECTOR;
    const stored = new Uint8Array(alignUp(VmdkGrainMarker.size + packed.length, SECTOR));
    VmdkGrainMarker.write({ sector: BigInt((index * GRAIN_BYTES) / SECTOR), size: packed.length }, stored);
    stored.set(packed, VmdkGrainMarker.size);
    await this.#sink.writeAt(this.#end, stored);
    this.#end += stored.length;
  }

  async #putTable(): Promise<void> {
    if (this.#tableIndex < 0) return;
    this.#directory[this.#tableIndex] = (await this.#putMarked(MARKER.grainTable, bytesOf(this.#table))) / SECTOR;
    this.#table = new Uint32Array(ENTRIES);
  }

  /** Returns where the data itself begins, bytes. */
  async #putMarked(type: number, data: Uint8Array): Promise<number> {
    const sectors = Math.ceil(data.length / SECTOR);
    const out = new Uint8Array((1 + sectors) * SECTOR);
    VmdkMetadataMarker.write({ sectors: BigInt(sectors), size: 0, type }, out);
    out.set(data, SECTOR);
    const start = this.#end + SECTOR;
    await this.#sink.writeAt(this.#end, out);
    this.#end += out.length;
    return start;
  }

  #header(directoryOffset: bigint): Uint8Array {
    return VmdkSparseHeader.write({
      magic: VMDK_MAGIC,
      version: 3,
      flags: VMDK_FLAG.validNewLines | VMDK_FLAG.compressed | VMDK_FLAG.markers,
      capacity: BigInt(this.#size / SECTOR),
      grainSize: BigInt(GRAIN_BYTES / SECTOR),
      descriptorOffset: 1n,
      descriptorSize: BigInt(DESCRIPTOR_SECTORS),
      entriesPerTable: ENTRIES,
      redundantDirectoryOffset: 0n,
      directoryOffset,
      overhead: BigInt(OVERHEAD_SECTORS),
      uncleanShutdown: 0,
      lineEnds: LINE_ENDS,
      compressAlgorithm: COMPRESSION.deflate,
    });
  }
}

const ZEROS = new Uint8Array(GRAIN_BYTES);

/** Null for zeros. The end of the disk is filled up to a whole grain. */
async function packGrain(data: Uint8Array): Promise<Uint8Array | null> {
  if (Buffer.compare(data, ZEROS.subarray(0, data.length)) === 0) return null;
  if (data.length === GRAIN_BYTES) return packZlib(data);
  const whole = new Uint8Array(GRAIN_BYTES);
  whole.set(data);
  return packZlib(whole);
}

function bytesOf(words: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, i) => view.setUint32(i * 4, word, true));
  return new Uint8Array(view.buffer);
}
