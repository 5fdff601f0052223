import { ExtentBuilder } from '../../base/extent-builder.ts';
import type { EngineError } from '../../base/errors.ts';
import type { ExtentSet } from '../../base/extent.ts';
import { unpackDeflate } from '../../codecs/deflate-block.ts';
import { checkRange } from '../../io/bounds.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource, SparseSource } from '../../io/types.ts';
import { utf8Text } from '../../struct/index.ts';
import { clusterCorrupt, imageCorrupt, imageTruncated, imageUnsupported } from '../faults.ts';
import { TableCache } from '../table-cache.ts';
import { MAX_DESCRIPTOR_BYTES } from './descriptor.ts';
import { COMPRESSION, DIRECTORY_AT_END, LINE_ENDS, SECTOR, VMDK_FLAG, VMDK_MAGIC, VmdkGrainMarker, VmdkSparseHeader } from './structs.ts';

type Header = ReturnType<typeof VmdkSparseHeader.read>;

export interface SparseExtent extends SparseSource {
  readonly compressed: boolean;
  /** The descriptor inside, when there is one. */
  readonly descriptor: string | null;
}

/** Room for the directory of 16 TiB at 64 KiB grains, and much more than VMware makes; bytes. */
const MAX_DIRECTORY_BYTES = 4 * 1024 * 1024;
/** Sectors; as QEMU has it. */
const MAX_GRAIN_SECTORS = 4096;

/**
 * A hosted sparse extent, stream-optimised ones included.
 * @throws EngineError `image-corrupt`, `image-truncated`, `image-feature-unsupported`; while reading also `image-cluster-corrupt`
 */
export async function openSparseExtent(file: BlockSource, path: string): Promise<SparseExtent> {
  const corrupt = (detail: string): EngineError => imageCorrupt('VMDK', path, detail);
  const number = (value: bigint, field: string): number => {
    // In sectors, so that it is exact in bytes too.
    if (value > BigInt(Number.MAX_SAFE_INTEGER) / BigInt(SECTOR)) throw corrupt(field);
    return Number(value);
  };
  const first = await headerAt(file, 0, path);
  const header = first.directoryOffset === DIRECTORY_AT_END ? await headerAt(file, file.size - 2 * SECTOR, path) : first;
  if (header.version < 1 || header.version > 3) throw imageUnsupported(path, `VMDK version ${header.version}`);
  if (header.flags & VMDK_FLAG.validNewLines && header.lineEnds !== LINE_ENDS) throw corrupt('line ends: transferred as text');
  const compressed = (header.flags & VMDK_FLAG.compressed) !== 0;
  if (header.compressAlgorithm > COMPRESSION.deflate) throw imageUnsupported(path, `compression algorithm ${header.compressAlgorithm}`);
  if (compressed !== (header.compressAlgorithm === COMPRESSION.deflate)) throw corrupt('compressAlgorithm');
  if (compressed && (header.flags & VMDK_FLAG.markers) === 0) throw imageUnsupported(path, 'compressed grains without markers');

  const capacity = number(header.capacity, 'capacity');
  const grain = number(header.grainSize, 'grainSize');
  if (grain < 8 || grain > MAX_GRAIN_SECTORS || !Number.isInteger(Math.log2(grain))) throw corrupt('grainSize');
  if (header.entriesPerTable < 1 || header.entriesPerTable > 4096) throw corrupt('numGTEsPerGT');
  const tables = Math.ceil(capacity / (grain * header.entriesPerTable));
  const directoryAt = number(header.directoryOffset, 'gdOffset') * SECTOR;
  if (tables * 4 > MAX_DIRECTORY_BYTES) throw corrupt('capacity');
  if (directoryAt + tables * 4 > file.size) throw imageTruncated('VMDK', path, 'grain directory');
  const directory = wordsOf(await readBytes(file, directoryAt, tables * 4));
  const taken = directory.reduce((sum, entry) => (entry === 0 ? sum : sum + 1), 0);
  // Tables are not shared.
  if (taken * header.entriesPerTable * 4 > file.size) throw corrupt('grain directory');
  return new Sparse(file, path, {
    size: capacity * SECTOR, grainBytes: grain * SECTOR, entries: header.entriesPerTable, directory, compressed,
    zeroed: (header.flags & VMDK_FLAG.zeroedGrains) !== 0, descriptor: await readDescriptor(file, path, first),
  });
}

async function headerAt(file: BlockSource, offset: number, path: string): Promise<Header> {
  if (offset < 0 || offset + VmdkSparseHeader.size > file.size) throw imageTruncated('VMDK', path, 'header');
  const header = VmdkSparseHeader.read(await readBytes(file, offset, VmdkSparseHeader.size));
  if (header.magic === VMDK_MAGIC) return header;
  throw offset === 0 ? imageCorrupt('VMDK', path, 'magic') : imageTruncated('VMDK', path, 'footer');
}

async function readDescriptor(file: BlockSource, path: string, header: Header): Promise<string | null> {
  if (header.descriptorOffset === 0n || header.descriptorSize === 0n) return null;
  const [offset, length] = [Number(header.descriptorOffset) * SECTOR, Number(header.descriptorSize) * SECTOR];
  if (length > MAX_DESCRIPTOR_BYTES) throw imageCorrupt('VMDK', path, 'descriptorSize');
  if (offset + length > file.size) throw imageTruncated('VMDK', path, 'descriptor');
  // An extent of several has room for one and leaves it empty.
  return utf8Text(await readBytes(file, offset, length)) || null;
}

interface Shape {
  /** Bytes. */
  readonly size: number;
  readonly grainBytes: number;
  /** Of a grain table. */
  readonly entries: number;
  /** Sectors of the grain tables, 0 for none. */
  readonly directory: Uint32Array;
  readonly compressed: boolean;
  readonly zeroed: boolean;
  readonly descriptor: string | null;
}

class Sparse implements SparseExtent {
  readonly size: number;
  readonly sectorSize = SECTOR;
  readonly compressed: boolean;
  readonly descriptor: string | null;
  readonly #file: BlockSource;
  readonly #path: string;
  readonly #shape: Shape;
  readonly #cache = new TableCache(4 * 1024 * 1024);
  /** The grain unpacked last. */
  #kept: { readonly sector: number; readonly data: Uint8Array } | null = null;

  constructor(file: BlockSource, path: string, shape: Shape) {
    this.#file = file;
    this.#path = path;
    this.#shape = shape;
    this.size = shape.size;
    this.compressed = shape.compressed;
    this.descriptor = shape.descriptor;
  }

  async readInto(offset: number, buffer: Uint8Array): Promise<void> {
    checkRange(this.#path, offset, buffer.length, this.size);
    const { grainBytes, entries } = this.#shape;
    for (let at = 0; at < buffer.length; ) {
      const index = Math.floor((offset + at) / grainBytes);
      const within = (offset + at) % grainBytes;
      const table = await this.#table(Math.floor(index / entries));
      const sector = this.#grain(table, index % entries);
      let length = Math.min(buffer.length - at, grainBytes - within);
      if (sector > 0 && !this.#shape.compressed) {
        // Grains that follow one another in the file as on the disk are read at once.
        for (let next = (index % entries) + 1; at + length < buffer.length && next < entries; next++) {
          if (this.#grain(table, next) !== sector + ((next - (index % entries)) * grainBytes) / SECTOR) break;
          length = Math.min(buffer.length - at, length + grainBytes);
        }
        const place = sector * SECTOR + within;
        if (place + length > this.#file.size) throw imageTruncated('VMDK', this.#path, 'grain');
        await this.#file.readInto(place, buffer.subarray(at, at + length));
      } else if (sector > 0) {
        const data = await this.#unpacked(sector, index * grainBytes);
        buffer.set(data.subarray(within, within + length), at);
      } else {
        buffer.fill(0, at, at + length);
      }
      at += length;
    }
  }

  async usedExtents(): Promise<ExtentSet> {
    const { grainBytes, entries, directory } = this.#shape;
    const builder = new ExtentBuilder();
    for (let i = 0; i < directory.length; i++) {
      const table = await this.#table(i);
      for (let entry = 0; table && entry < entries; entry++) {
        const start = (i * entries + entry) * grainBytes;
        if (start >= this.size) break;
        if (this.#grain(table, entry) > 0) builder.add(start, Math.min(grainBytes, this.size - start));
      }
    }
    return builder.build();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #table(index: number): Promise<Uint32Array | null> {
    const sector = this.#shape.directory[index]!;
    if (sector === 0) return null;
    const length = this.#shape.entries * 4;
    if (sector * SECTOR + length > this.#file.size) throw imageTruncated('VMDK', this.#path, 'grain table');
    return wordsOf(await this.#cache.get(this.#file, sector * SECTOR, length));
  }

  /** The grain's sector in the file; 0 where it reads as zeros. */
  #grain(table: Uint32Array | null, index: number): number {
    const entry = table?.[index] ?? 0;
    return entry === 1 && this.#shape.zeroed ? 0 : entry;
  }

  async #unpacked(sector: number, position: number): Promise<Uint8Array> {
    if (this.#kept?.sector === sector) return this.#kept.data;
    const { grainBytes } = this.#shape;
    const place = sector * SECTOR;
    if (place + VmdkGrainMarker.size > this.#file.size) throw imageTruncated('VMDK', this.#path, 'grain');
    // Marker and data at one go; what packs to more than the grain itself is never stored.
    const read = await readBytes(this.#file, place, Math.min(this.#file.size - place, grainBytes + 2 * SECTOR));
    const marker = VmdkGrainMarker.read(read);
    if (marker.sector !== BigInt(position / SECTOR)) throw clusterCorrupt(this.#path, position);
    if (VmdkGrainMarker.size + marker.size > read.length) {
      throw place + VmdkGrainMarker.size + marker.size > this.#file.size ? imageTruncated('VMDK', this.#path, 'grain') : clusterCorrupt(this.#path, position);
    }
    // The last grain of a disk may be cut to the disk's size.
    const data = new Uint8Array(grainBytes);
    const packed = read.subarray(VmdkGrainMarker.size, VmdkGrainMarker.size + marker.size);
    const rest = this.size - position;
    const whole = unpackDeflate('zlib', packed, data) || (rest < grainBytes && unpackDeflate('zlib', packed, data.subarray(0, rest)));
    if (!whole) throw clusterCorrupt(this.#path, position);
    this.#kept = { sector, data };
    return data;
  }
}

function wordsOf(data: Uint8Array): Uint32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const words = new Uint32Array(data.byteLength >> 2);
  for (let i = 0; i < words.length; i++) words[i] = view.getUint32(i * 4, true);
  return words;
}
