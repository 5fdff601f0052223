import { EngineError } from '../base/errors.ts';
import { alignUp } from '../base/safe-int.ts';
import { toFileTime } from '../struct/file-time.ts';
import { hasText, isDataFault } from '../struct/index.ts';
import { baseChecksum } from './base-checksum.ts';
import { HIVE, HiveBaseBlock, HiveBin, HiveCellHeader } from './structs.ts';

/** A hive of Windows itself is a tenth of it; bytes. */
const MAX_HIVE = 256 * 1024 * 1024;
const BIN = 4096;
const CELL = 8;

/** A whole hive in memory whose cells can be changed, freed and added. Every bin and every cell of it was checked to fit its neighbours. */
export class HiveSpace {
  readonly path: string;
  readonly rootCell: number;
  readonly minorVersion: number;
  #bytes: Uint8Array;
  /** Bytes of bins behind the base block. */
  #size: number;
  /** One bit for eight bytes: here begins a cell in use. */
  #starts: Uint8Array;

  /**
   * @param hive the file; it is copied
   * @param path for errors
   * @throws EngineError `hive-invalid`, for one with changes in its log files as well: they would be lost
   */
  constructor(hive: Uint8Array, path: string) {
    this.path = path;
    if (hive.length < HIVE.baseBlock + BIN) throw this.fault('too-short');
    if (hive.length > MAX_HIVE) throw this.fault('too-large');
    if (!hasText(hive, 0, 'regf')) throw this.fault('no-regf');
    const base = this.decode('HiveBaseBlock', () => HiveBaseBlock.read(hive));
    if (base.checksum !== baseChecksum(hive)) throw this.fault('base-checksum');
    if (base.fileType !== 0) throw this.fault('log-file');
    if (base.primarySequence !== base.secondarySequence) throw this.fault('log-not-applied');
    if (base.binsSize % BIN !== 0 || HIVE.baseBlock + base.binsSize > hive.length) throw this.fault('cut-off');
    this.#bytes = Uint8Array.from(hive);
    this.#size = base.binsSize;
    this.rootCell = base.rootCell;
    this.minorVersion = base.minorVersion;
    this.#starts = new Uint8Array(Math.ceil(this.#size / CELL / 8));
    for (const { offset, free } of this.#cells()) if (!free) this.#mark(offset, true);
  }

  fault(reason: string): EngineError {
    return new EngineError('hive-invalid', { path: this.path, reason });
  }

  /** Decodes a structure. @throws EngineError `hive-invalid` */
  decode<T>(what: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (isDataFault(error)) throw this.fault(`structure ${what}`);
      throw error;
    }
  }

  /** Keys that a hive of this size can have at most: whoever lists more goes round in circles. */
  get mostKeys(): number {
    return Math.floor(this.#size / HIVE.smallestKey);
  }

  /**
   * What a cell in use holds, without its header, to be read and changed until the next `add`.
   * @param offset bytes from the end of the base block
   * @throws EngineError `hive-invalid` where no cell in use begins
   */
  cell(offset: number): Uint8Array {
    if (offset % CELL !== 0 || offset >= this.#size || !this.#isStart(offset)) throw this.fault(`no-cell ${offset}`);
    const at = HIVE.baseBlock + offset;
    return this.#bytes.subarray(at + HiveCellHeader.size, at - HiveCellHeader.read(this.#bytes, at).size);
  }

  /** Finds room for a new cell, in free space or in a new bin at the end. @returns its offset from the end of the base block */
  add(content: Uint8Array): number {
    const wanted = alignUp(content.length + HiveCellHeader.size, CELL);
    const room = this.#freeCell(wanted) ?? this.#newBin(wanted);
    this.#header(room.offset, -wanted);
    if (room.size > wanted) this.#header(room.offset + wanted, room.size - wanted);
    this.#mark(room.offset, true);
    const cell = this.cell(room.offset);
    cell.fill(0);
    cell.set(content);
    return room.offset;
  }

  /** Gives the room of a cell back. @throws EngineError `hive-invalid` */
  free(offset: number): void {
    const size = this.cell(offset).length + HiveCellHeader.size;
    this.#header(offset, size);
    this.#mark(offset, false);
  }

  /** The file as it now is, whole: no log is needed to read it. @param when it is said to be changed */
  finish(when: Date): Uint8Array {
    const base = HiveBaseBlock.fields;
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, HiveBaseBlock.size);
    const sequence = (base.primarySequence.get(view, base.primarySequence.offset) + 1) >>> 0;
    for (const field of [base.primarySequence, base.secondarySequence]) field.set(view, field.offset, sequence);
    base.lastWritten.set(view, base.lastWritten.offset, toFileTime(when));
    base.binsSize.set(view, base.binsSize.offset, this.#size);
    base.checksum.set(view, base.checksum.offset, baseChecksum(this.#bytes));
    return this.#bytes;
  }

  #freeCell(wanted: number): { offset: number; size: number } | null {
    for (const { offset, size, free } of this.#cells()) if (free && size >= wanted) return { offset, size };
    return null;
  }

  /** Behind the last bin, over whatever lies in the file behind that: it belongs to nothing. */
  #newBin(wanted: number): { offset: number; size: number } {
    const offset = this.#size;
    const size = alignUp(HiveBin.size + wanted, BIN);
    const end = HIVE.baseBlock + offset + size;
    if (end > MAX_HIVE) throw this.fault('too-large');
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(end);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.fill(0, HIVE.baseBlock + offset, end);
    HiveBin.write({ magic: 'hbin', offset, size }, this.#bytes, HIVE.baseBlock + offset);
    this.#size += size;
    const starts = new Uint8Array(Math.ceil(this.#size / CELL / 8));
    starts.set(this.#starts);
    this.#starts = starts;
    const cell = { offset: offset + HiveBin.size, size: size - HiveBin.size };
    this.#header(cell.offset, cell.size);
    return cell;
  }

  /** Every cell, from the first to the last. @throws EngineError `hive-invalid` for a bin or a cell that does not end where the next one begins */
  *#cells(): Generator<{ readonly offset: number; readonly size: number; readonly free: boolean }> {
    for (let start = 0; start < this.#size; ) {
      const at = HIVE.baseBlock + start;
      const bin = HiveBin.read(this.#bytes, at);
      const end = start + bin.size;
      if (bin.magic !== 'hbin' || bin.offset !== start || bin.size < BIN || bin.size % BIN !== 0 || end > this.#size) throw this.fault(`no-bin ${start}`);
      for (let offset = start + HiveBin.size; offset < end; ) {
        const { size: signed } = HiveCellHeader.read(this.#bytes, HIVE.baseBlock + offset);
        const size = Math.abs(signed);
        if (size < CELL || size % CELL !== 0 || offset + size > end) throw this.fault(`cell-size ${offset}`);
        yield { offset, size, free: signed > 0 };
        offset += size;
      }
      start = end;
    }
  }

  #header(offset: number, size: number): void {
    HiveCellHeader.write({ size }, this.#bytes, HIVE.baseBlock + offset);
  }

  #mark(offset: number, inUse: boolean): void {
    const bit = offset / CELL;
    const mask = 1 << (bit % 8);
    if (inUse) this.#starts[bit >> 3]! |= mask;
    else this.#starts[bit >> 3]! &= ~mask;
  }

  #isStart(offset: number): boolean {
    const bit = offset / CELL;
    return ((this.#starts[bit >> 3] ?? 0) & (1 << (bit % 8))) !== 0;
  }
}
