import { EngineError } from '../../base/errors.ts';
import { alignUp } from '../../base/safe-int.ts';
import type { GrowingSink, ImageWriter } from '../image-writer.ts';
import { vhdGeometry } from './geometry.ts';
import {
  ALL_ONES, bitmapBytes, DYNAMIC_CHECKSUM_AT, DYNAMIC_COOKIE, FOOTER_CHECKSUM_AT, FOOTER_COOKIE, NO_BLOCK, SECTOR, VHD_TYPE, VHD_VERSION, vhdChecksum,
  VhdDynamicHeader, VhdFooter,
} from './structs.ts';

const BLOCK_SIZE = 2 * 1024 * 1024;
/** Seconds from 1970 to 2000. */
const VHD_EPOCH = 946_684_800;

/** What Hyper-V and its like take at most: 2040 GiB. */
export const MAX_VHD_SIZE = 2040 * 1024 ** 3;

/**
 * A dynamic VHD in the making: blocks of 2 MiB in the order they are first written.
 * @param size of the disk in bytes; rounded up to whole sectors
 * @throws EngineError `image-too-large-for-format`
 */
export function createVhd(sink: GrowingSink, size: number, now = Date.now()): ImageWriter {
  if (size > MAX_VHD_SIZE) throw new EngineError('image-too-large-for-format', { format: 'VHD', size, maximum: MAX_VHD_SIZE });
  return new VhdWriter(sink, alignUp(size, SECTOR), now);
}

class VhdWriter implements ImageWriter {
  readonly #sink: GrowingSink;
  readonly #size: number;
  readonly #now: number;
  /** Sector of each block, of its bitmap; {@link NO_BLOCK} for none. */
  readonly #table: Uint32Array;
  readonly #tableBytes: number;
  readonly #bitmap = new Uint8Array(bitmapBytes(BLOCK_SIZE)).fill(0xff);
  #end: number;

  constructor(sink: GrowingSink, size: number, now: number) {
    this.#sink = sink;
    this.#size = size;
    this.#now = now;
    this.#table = new Uint32Array(Math.ceil(size / BLOCK_SIZE)).fill(NO_BLOCK);
    this.#tableBytes = alignUp(this.#table.length * 4, SECTOR);
    this.#end = VhdFooter.size + VhdDynamicHeader.size + this.#tableBytes;
  }

  async writeAt(offset: number, data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; ) {
      const within = (offset + at) % BLOCK_SIZE;
      const part = data.subarray(at, at + Math.min(data.length - at, BLOCK_SIZE - within));
      const block = await this.#block(Math.floor((offset + at) / BLOCK_SIZE));
      await this.#sink.writeAt(block + this.#bitmap.length + within, part);
      at += part.length;
    }
  }

  async finish(): Promise<void> {
    const footer = this.#footer();
    await this.#sink.writeAt(this.#end, footer);
    const table = new DataView(new ArrayBuffer(this.#tableBytes));
    for (let i = 0; i < this.#tableBytes / 4; i++) table.setUint32(i * 4, this.#table[i] ?? NO_BLOCK);
    await this.#sink.writeAt(VhdFooter.size + VhdDynamicHeader.size, new Uint8Array(table.buffer));
    await this.#sink.writeAt(VhdFooter.size, this.#dynamicHeader());
    await this.#sink.writeAt(0, footer);
  }

  /** Byte offset of a block in the file; a new one is taken from the end, all of its sectors counted as written. */
  async #block(index: number): Promise<number> {
    const known = this.#table[index]!;
    if (known !== NO_BLOCK) return known * SECTOR;
    const start = this.#end;
    this.#table[index] = start / SECTOR;
    this.#end += this.#bitmap.length + BLOCK_SIZE;
    await this.#sink.writeAt(start, this.#bitmap);
    return start;
  }

  #footer(): Uint8Array {
    const { cylinders, heads, sectorsPerTrack } = vhdGeometry(this.#size / SECTOR);
    return sealed(
      VhdFooter.write({
        cookie: FOOTER_COOKIE,
        // Bit 1 is reserved and always set.
        features: 2,
        formatVersion: VHD_VERSION,
        dataOffset: BigInt(VhdFooter.size),
        timestamp: Math.max(0, Math.floor(this.#now / 1000) - VHD_EPOCH),
        // The mark of Hyper-V: for others readers take the geometry for the size, which rounds it down to whole cylinders.
        creatorApplication: 'win ',
        creatorVersion: 0x000a_0000,
        creatorHostOs: 'Wi2k',
        originalSize: BigInt(this.#size),
        currentSize: BigInt(this.#size),
        cylinders,
        heads,
        sectorsPerTrack,
        diskType: VHD_TYPE.dynamic,
        checksum: 0,
        uniqueId: crypto.getRandomValues(new Uint8Array(16)),
        savedState: 0,
      }),
      FOOTER_CHECKSUM_AT,
    );
  }

  #dynamicHeader(): Uint8Array {
    return sealed(
      VhdDynamicHeader.write({
        cookie: DYNAMIC_COOKIE,
        dataOffset: ALL_ONES,
        tableOffset: BigInt(VhdFooter.size + VhdDynamicHeader.size),
        headerVersion: VHD_VERSION,
        maxTableEntries: this.#table.length,
        blockSize: BLOCK_SIZE,
        checksum: 0,
        parentUniqueId: new Uint8Array(16),
      }),
      DYNAMIC_CHECKSUM_AT,
    );
  }
}

function sealed(data: Uint8Array, checksumAt: number): Uint8Array {
  new DataView(data.buffer, data.byteOffset).setUint32(checksumAt, vhdChecksum(data, checksumAt));
  return data;
}
