import { EngineError } from '../base/errors.ts';
import { alignDown } from '../base/safe-int.ts';
import type { BlockSource } from '../io/types.ts';
import { isDataFault } from '../struct/index.ts';
import { baseChecksum } from './base-checksum.ts';
import { HIVE, HiveBaseBlock, HiveCellHeader } from './structs.ts';

/** The largest cell Windows makes holds a list of 65,535 subkeys; bytes. */
const MAX_CELL = 1024 * 1024;
/** Cells looked at in one hive: no question that is asked here needs as many. */
const MAX_CELLS = 200_000;
/** Of the file, read and kept at a time: neighbours are asked for next. Bytes. */
const BLOCK = 16 * 1024;
const KEPT_BLOCKS = 64;

/** The cells of a hive, each checked against the file's bounds and against those looked at before. */
export class HiveCells {
  readonly path: string;
  readonly rootCell: number;
  /** Changes wait in the log files beside it. */
  readonly dirty: boolean;
  readonly #source: BlockSource;
  /** Bytes behind the base block in which cells may lie. */
  readonly #size: number;
  readonly #blocks = new Map<number, Uint8Array>();
  /** Starts of the cells looked at so far, ascending, and where each ends. */
  readonly #starts: number[] = [];
  readonly #ends = new Map<number, number>();

  private constructor(source: BlockSource, path: string, base: { rootCell: number; binsSize: number; dirty: boolean }) {
    this.#source = source;
    this.path = path;
    this.rootCell = base.rootCell;
    this.dirty = base.dirty;
    this.#size = Math.min(base.binsSize, source.size - HIVE.baseBlock);
  }

  /** @throws EngineError `hive-invalid` */
  static async open(source: BlockSource, path: string): Promise<HiveCells> {
    const fault = (reason: string): EngineError => new EngineError('hive-invalid', { path, reason });
    if (source.size < 2 * HIVE.baseBlock) throw fault('too-short');
    const block = new Uint8Array(HiveBaseBlock.size);
    await source.readInto(0, block);
    if (String.fromCharCode(...block.subarray(0, 4)) !== 'regf') throw fault('no-regf');
    const base = readAs(fault, 'HiveBaseBlock', () => HiveBaseBlock.read(block));
    if (base.checksum !== baseChecksum(block)) throw fault('base-checksum');
    return new HiveCells(source, path, { rootCell: base.rootCell, binsSize: base.binsSize, dirty: base.primarySequence !== base.secondarySequence });
  }

  /** Keys that a hive of this size can have at most: whoever lists more goes round in circles. */
  get mostKeys(): number {
    return Math.floor(this.#size / HIVE.smallestKey);
  }

  fault(reason: string): EngineError {
    return new EngineError('hive-invalid', { path: this.path, reason });
  }

  /** Decodes a structure out of a cell. @throws EngineError `hive-invalid` */
  decode<T>(what: string, read: () => T): T {
    return readAs((reason) => this.fault(reason), what, read);
  }

  /**
   * What a cell holds, without its header.
   * @param offset bytes from the end of the base block
   * @throws EngineError `hive-invalid` for one outside the file, free, too large, or across one that was looked at before
   */
  async read(offset: number): Promise<Uint8Array> {
    if (offset % 8 !== 0 || offset + HiveCellHeader.size > this.#size) throw this.fault(`cell-outside ${offset}`);
    const header = await this.#bytes(offset, HiveCellHeader.size);
    const { size } = HiveCellHeader.read(header);
    if (size >= 0) throw this.fault(`cell-free ${offset}`);
    const length = -size;
    if (length < 8 || length % 8 !== 0 || length > MAX_CELL || offset + length > this.#size) throw this.fault(`cell-size ${offset}`);
    this.#remember(offset, offset + length);
    return this.#bytes(offset + HiveCellHeader.size, length - HiveCellHeader.size);
  }

  /** Two cells that share bytes are not two cells. */
  #remember(start: number, end: number): void {
    const known = this.#ends.get(start);
    if (known === end) return;
    if (this.#starts.length >= MAX_CELLS) throw this.fault('too-many-cells');
    let low = 0;
    for (let high = this.#starts.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! < start) low = middle + 1;
      else high = middle;
    }
    const before = this.#starts[low - 1];
    const after = this.#starts[low];
    if ((before !== undefined && this.#ends.get(before)! > start) || (after !== undefined && after < end)) throw this.fault(`cell-overlaps ${start}`);
    this.#starts.splice(low, 0, start);
    this.#ends.set(start, end);
  }

  async #bytes(offset: number, length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    const from = HIVE.baseBlock + offset;
    for (let done = 0; done < length; ) {
      const start = alignDown(from + done, BLOCK);
      const block = await this.#block(start);
      const piece = block.subarray(from + done - start, from + length - start);
      out.set(piece, done);
      done += piece.length;
    }
    return out;
  }

  async #block(start: number): Promise<Uint8Array> {
    const known = this.#blocks.get(start);
    if (known) return known;
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size >= KEPT_BLOCKS && oldest !== undefined) this.#blocks.delete(oldest);
    const block = new Uint8Array(Math.min(BLOCK, this.#source.size - start));
    await this.#source.readInto(start, block);
    this.#blocks.set(start, block);
    return block;
  }
}

function readAs<T>(fault: (reason: string) => EngineError, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isDataFault(error)) throw fault(`structure ${what}`);
    throw error;
  }
}
