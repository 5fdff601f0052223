import { ExtentBuilder } from '../../base/extent-builder.ts';
import type { ExtentSet } from '../../base/extent.ts';
import { alignUp } from '../../base/safe-int.ts';
import { checkRange } from '../../io/bounds.ts';
import { rangedSource } from '../../io/ranged.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { hasText } from '../../struct/index.ts';
import type { DiskImage } from '../disk-image.ts';
import { imageCorrupt, imageTruncated, imageUnsupported } from '../faults.ts';
import { TableCache } from '../table-cache.ts';
import {
  bitmapBytes, DYNAMIC_CHECKSUM_AT, DYNAMIC_COOKIE, FOOTER_CHECKSUM_AT, FOOTER_COOKIE, NO_BLOCK, SECTOR, VHD_TYPE, VHD_VERSION, vhdChecksum,
  VhdDynamicHeader, VhdFooter,
} from './structs.ts';

type Footer = ReturnType<typeof VhdFooter.read>;

/** A table for 2040 GiB, the largest there is, in blocks of 256 KiB; bytes. */
const MAX_TABLE_BYTES = 32 * 1024 * 1024;

/** Whether the last sector of a file is the footer of a VHD. */
export const isVhdFooter = (lastSector: Uint8Array): boolean => hasText(lastSector, 0, FOOTER_COOKIE);

/**
 * A VHD of Virtual PC and Hyper-V, fixed or dynamic. The disk's size is the footer's current size, as Hyper-V has it;
 * a dynamic disk whose end is damaged is opened by the footer's copy at its start.
 * @param file is closed with the image
 * @throws EngineError `image-corrupt`, `image-truncated`, `image-feature-unsupported` (a differencing disk)
 */
export async function openVhd(file: BlockSource, path: string): Promise<DiskImage> {
  const { footer, end } = await readFooter(file, path);
  if (footer.formatVersion !== VHD_VERSION) throw imageUnsupported(path, `VHD version ${footer.formatVersion >>> 16}.${footer.formatVersion & 0xffff}`);
  const size = Number(footer.currentSize);
  if (!Number.isSafeInteger(size) || size % SECTOR !== 0) throw imageCorrupt('VHD', path, 'current size');
  const image = (variant: string, rest: Pick<DiskImage, 'readInto' | 'usedExtents'>): DiskImage => ({
    format: 'vhd', variant, location: path, files: [path], ordered: false, volumeOnly: false, size, sectorSize: SECTOR, ...rest, close: () => file.close(),
  });
  if (footer.diskType === VHD_TYPE.fixed) {
    if (size > end) throw imageTruncated('VHD', path, 'fixed disk');
    const disk = rangedSource(file, { offset: 0, length: size });
    return image('fixed', {
      readInto: (offset, buffer) => disk.readInto(offset, buffer),
      usedExtents: () => Promise.resolve(size > 0 ? [{ offset: 0, length: size }] : []),
    });
  }
  if (footer.diskType === VHD_TYPE.differencing) throw imageUnsupported(path, 'a differencing disk');
  if (footer.diskType !== VHD_TYPE.dynamic) throw imageUnsupported(path, `VHD disk type ${footer.diskType}`);
  const blocks = await readBlocks(file, path, size, Number(footer.dataOffset));
  return image('dynamic', { readInto: (offset, buffer) => blocks.readInto(offset, buffer), usedExtents: () => Promise.resolve(blocks.usedExtents()) });
}

/** The footer, and where it begins: at the end of the file, or else its copy at the start. */
async function readFooter(file: BlockSource, path: string): Promise<{ readonly footer: Footer; readonly end: number }> {
  if (file.size < VhdFooter.size) throw imageTruncated('VHD', path, 'footer');
  // Before Virtual PC 2004 a footer was one byte shorter.
  for (const length of [VhdFooter.size, VhdFooter.size - 1]) {
    const data = new Uint8Array(VhdFooter.size);
    await file.readInto(file.size - length, data.subarray(0, length));
    const footer = checkedFooter(data);
    if (footer) return { footer, end: file.size - length };
  }
  const footer = checkedFooter(await readBytes(file, 0, VhdFooter.size));
  if (footer && footer.diskType !== VHD_TYPE.fixed) return { footer, end: file.size };
  throw imageCorrupt('VHD', path, 'footer');
}

function checkedFooter(data: Uint8Array): Footer | null {
  const footer = VhdFooter.read(data);
  return footer.cookie === FOOTER_COOKIE && footer.checksum === vhdChecksum(data, FOOTER_CHECKSUM_AT) ? footer : null;
}

async function readBlocks(file: BlockSource, path: string, size: number, headerAt: number): Promise<DynamicBlocks> {
  if (headerAt < VhdFooter.size || headerAt + VhdDynamicHeader.size > file.size) throw imageTruncated('VHD', path, 'dynamic header');
  const data = await readBytes(file, headerAt, VhdDynamicHeader.size);
  const header = VhdDynamicHeader.read(data);
  if (header.cookie !== DYNAMIC_COOKIE || header.checksum !== vhdChecksum(data, DYNAMIC_CHECKSUM_AT)) throw imageCorrupt('VHD', path, 'dynamic header');
  if (header.headerVersion !== VHD_VERSION) throw imageUnsupported(path, `VHD header version ${header.headerVersion}`);
  const { blockSize } = header;
  if (blockSize < SECTOR || !Number.isInteger(Math.log2(blockSize))) throw imageCorrupt('VHD', path, 'block size');
  const count = Math.ceil(size / blockSize);
  const tableAt = Number(header.tableOffset);
  if (count > header.maxTableEntries || count * 4 > MAX_TABLE_BYTES || tableAt % SECTOR !== 0) throw imageCorrupt('VHD', path, 'block allocation table');
  if (tableAt + count * 4 > file.size) throw imageTruncated('VHD', path, 'block allocation table');
  const raw = await readBytes(file, tableAt, count * 4);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const table = new Uint32Array(count);
  for (let i = 0; i < count; i++) table[i] = view.getUint32(i * 4);
  const taken = table.reduce((sum, entry) => (entry === NO_BLOCK ? sum : sum + 1), 0);
  // Blocks are not shared; what is not there cannot have been written.
  if (Math.max(0, taken - 1) * blockSize > file.size) throw imageCorrupt('VHD', path, 'block allocation table');
  return new DynamicBlocks(file, path, size, blockSize, table, alignUp(tableAt + count * 4, SECTOR));
}

/** The disk in blocks of a size, each behind a bitmap of the sectors of it that were ever written. */
class DynamicBlocks {
  readonly #file: BlockSource;
  readonly #path: string;
  readonly #size: number;
  readonly #blockSize: number;
  readonly #bitmapBytes: number;
  readonly #table: Uint32Array;
  readonly #cache = new TableCache(1024 * 1024);

  constructor(file: BlockSource, path: string, size: number, blockSize: number, table: Uint32Array, dataStart: number) {
    this.#file = file;
    this.#path = path;
    this.#size = size;
    this.#blockSize = blockSize;
    this.#bitmapBytes = bitmapBytes(blockSize);
    this.#table = table;
    if (table.some((entry) => entry * SECTOR < dataStart && entry * SECTOR + this.#bitmapBytes > VhdFooter.size && entry !== NO_BLOCK)) {
      throw imageCorrupt('VHD', path, 'block allocation table');
    }
  }

  usedExtents(): ExtentSet {
    const builder = new ExtentBuilder();
    this.#table.forEach((entry, i) => {
      const start = i * this.#blockSize;
      if (entry !== NO_BLOCK) builder.add(start, Math.min(this.#blockSize, this.#size - start));
    });
    return builder.build();
  }

  async readInto(offset: number, buffer: Uint8Array): Promise<void> {
    checkRange(this.#path, offset, buffer.length, this.#size);
    for (let at = 0; at < buffer.length; ) {
      const index = Math.floor((offset + at) / this.#blockSize);
      const within = (offset + at) % this.#blockSize;
      const part = buffer.subarray(at, at + Math.min(buffer.length - at, this.#blockSize - within));
      const entry = this.#table[index]!;
      if (entry === NO_BLOCK) part.fill(0);
      else await this.#readBlock(entry * SECTOR, within, part);
      at += part.length;
    }
  }

  async #readBlock(blockAt: number, within: number, into: Uint8Array): Promise<void> {
    const dataAt = blockAt + this.#bitmapBytes;
    if (dataAt + within + into.length > this.#file.size) throw imageTruncated('VHD', this.#path, 'block');
    const bitmap = await this.#cache.get(this.#file, blockAt, this.#bitmapBytes);
    await this.#file.readInto(dataAt + within, into);
    // A sector that was never written is zeros, whatever lies in its place.
    const last = Math.floor((within + into.length - 1) / SECTOR);
    for (let sector = Math.floor(within / SECTOR); sector <= last; sector++) {
      if (bitmap[sector >> 3] === 0xff && sector % 8 === 0) {
        sector += 7;
      } else if ((bitmap[sector >> 3]! & (0x80 >> (sector & 7))) === 0) {
        into.fill(0, Math.max(0, sector * SECTOR - within), Math.max(0, (sector + 1) * SECTOR - within));
      }
    }
  }
}
