import { endOf, normalize, subtract, type Extent, type ExtentSet } from '../../base/extent.ts';
import { checkRange } from '../../io/bounds.ts';
import type { BlockSource } from '../../io/types.ts';
import type { LogChange } from './log-entry.ts';
import { KIB_4 } from './structs.ts';

/** Each costs a pass over what was zeroed before; a real log has a handful. */
const MAX_ZEROED = 2048;
/** No VHDX file is larger: 64 TiB of disk and its tables, with room to spare; in bytes. */
const MAX_FILE_BYTES = 2 ** 47;

/** Collects changes to a file in the order in which they were made. */
export class OverlayBuilder {
  readonly #file: BlockSource;
  readonly #size: number;
  readonly #sectors = new Map<number, Uint8Array>();
  #zeroed: ExtentSet = [];
  #zeroings = 0;

  /** @param size the file's size with the changes in place, in bytes, where that is larger than it is now */
  constructor(file: BlockSource, size: number) {
    this.#file = file;
    this.#size = Math.max(file.size, Math.min(size, MAX_FILE_BYTES));
  }

  /** Returns false for a change that does not fit the file, or is one too many. */
  add({ extent, data }: LogChange): boolean {
    if (!Number.isSafeInteger(endOf(extent)) || endOf(extent) > this.#size) return false;
    if (data) {
      this.#sectors.set(extent.offset, data);
      return true;
    }
    if (++this.#zeroings > MAX_ZEROED) return false;
    this.#zeroed = normalize([...this.#zeroed, extent]);
    for (const offset of this.#sectors.keys()) if (offset >= extent.offset && offset < endOf(extent)) this.#sectors.delete(offset);
    return true;
  }

  build(): BlockSource {
    const [file, size, sectors, zeroed] = [this.#file, this.#size, this.#sectors, this.#zeroed];
    return {
      size,
      sectorSize: file.sectorSize,
      async readInto(offset, buffer) {
        checkRange('VHDX with its log', offset, buffer.length, size);
        const wanted: Extent = { offset, length: buffer.length };
        const end = endOf(wanted);
        buffer.fill(0);
        const inFile: ExtentSet = offset < file.size ? [{ offset, length: Math.min(end, file.size) - offset }] : [];
        for (const part of subtract(inFile, zeroed)) {
          await file.readInto(part.offset, buffer.subarray(part.offset - offset, endOf(part) - offset));
        }
        if (sectors.size === 0) return;
        for (let at = offset - (offset % KIB_4); at < end; at += KIB_4) {
          const sector = sectors.get(at);
          if (!sector) continue;
          const from = Math.max(at, offset);
          buffer.set(sector.subarray(from - at, Math.min(at + KIB_4, end) - at), from - offset);
        }
      },
      close: () => file.close(),
    };
  }
}
