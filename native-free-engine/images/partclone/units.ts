import { readBytes } from '../../io/read-bytes.ts';
import { skipBytes } from '../../io/stream-range.ts';
import type { BlockSource, ByteStream } from '../../io/types.ts';
import { imageCorrupt, imageTruncated } from '../faults.ts';
import { take, type PartcloneHead } from './header.ts';
import { RunningChecksum, storedChecksum, type Strips } from './strips.ts';
import { CRC_BYTES, PARTCLONE_FORMAT } from './structs.ts';

/** Units kept: enough for three reads in flight. */
const KEPT = 4;

/** Gives the blocks of a unit, checked. */
export interface Units {
  /** @param offset of the volume, for messages */
  load(unit: number, offset: number): Promise<Uint8Array>;
  /** Gives up what can be had again. */
  release(): Promise<void>;
}

/** Units of an image that is not packed: in any order. */
export class FileUnits implements Units {
  readonly #file: BlockSource;
  readonly #head: PartcloneHead;
  readonly #strips: Strips;
  readonly #path: string;
  readonly #kept = new Map<number, Promise<Uint8Array>>();

  constructor(file: BlockSource, head: PartcloneHead, strips: Strips, path: string) {
    this.#file = file;
    this.#head = head;
    this.#strips = strips;
    this.#path = path;
  }

  load(unit: number, offset: number): Promise<Uint8Array> {
    const known = this.#kept.get(unit);
    if (known) return known;
    const blocks = this.#read(unit, offset);
    this.#kept.set(unit, blocks);
    blocks.catch(() => this.#kept.delete(unit));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(oldest);
    }
    return blocks;
  }

  release(): Promise<void> {
    this.#kept.clear();
    return Promise.resolve();
  }

  async #read(unit: number, offset: number): Promise<Uint8Array> {
    const place = this.#strips.place(unit);
    const bytes = await readBytes(this.#file, place.offset, place.length + this.#strips.checksumBytes);
    const blocks = bytes.subarray(0, place.length);
    if (this.#strips.checksumBytes > 0) {
      // Where checksums go on from each other, the one before stands right in front.
      const goesOn = !this.#head.checksums.reseed && unit > 0;
      const before = goesOn ? storedChecksum(await readBytes(this.#file, place.offset - CRC_BYTES, CRC_BYTES)) : undefined;
      const checksum = new RunningChecksum(this.#head, this.#path, before);
      checksum.add(blocks);
      checksum.check(bytes.subarray(place.length), offset);
    }
    return blocks;
  }
}

/** Units of an image that comes as a stream: in ascending order; going back starts it again. */
export class StreamUnits implements Units {
  readonly #open: () => Promise<ByteStream>;
  readonly #head: PartcloneHead;
  readonly #strips: Strips;
  readonly #path: string;
  #stream: ByteStream | null = null;
  #next = 0;
  #checksum: RunningChecksum;
  #last: { readonly unit: number; readonly blocks: Uint8Array } | null = null;

  constructor(open: () => Promise<ByteStream>, head: PartcloneHead, strips: Strips, path: string) {
    this.#open = open;
    this.#head = head;
    this.#strips = strips;
    this.#path = path;
    this.#checksum = new RunningChecksum(head, path);
  }

  async load(unit: number, offset: number): Promise<Uint8Array> {
    if (this.#last?.unit === unit) return this.#last.blocks;
    if (unit < this.#next) await this.release();
    const stream = (this.#stream ??= await this.#start());
    let blocks = new Uint8Array(0);
    while (this.#next <= unit) blocks = await this.#read(stream, offset, blocks);
    this.#last = { unit, blocks };
    return blocks;
  }

  async release(): Promise<void> {
    const stream = this.#stream;
    this.#stream = this.#last = null;
    await stream?.close();
  }

  async #start(): Promise<ByteStream> {
    this.#next = 0;
    this.#checksum = new RunningChecksum(this.#head, this.#path);
    const stream = await this.#open();
    if (await skipBytes(stream, this.#head.dataOffset)) return stream;
    await stream.close();
    throw imageTruncated(PARTCLONE_FORMAT, this.#path, 'header');
  }

  /** @param memory used again when it has the right size */
  async #read(stream: ByteStream, offset: number, memory: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const place = this.#strips.place(this.#next);
    const blocks = memory.length === place.length ? memory : new Uint8Array(place.length);
    if ((await stream.read(blocks)) < place.length) throw imageTruncated(PARTCLONE_FORMAT, this.#path, 'blocks');
    if (this.#strips.checksumBytes > 0) {
      this.#checksum.add(blocks);
      if (place.endsStrip) this.#checksum.check(await take(stream, CRC_BYTES, this.#path), offset);
    }
    if (++this.#next === this.#strips.units && (await stream.read(new Uint8Array(1))) > 0) {
      throw imageCorrupt(PARTCLONE_FORMAT, this.#path, 'data behind the last block');
    }
    return blocks;
  }
}
