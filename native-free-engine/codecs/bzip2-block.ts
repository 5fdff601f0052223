import { FAST_BITS, MAX_CODE_LENGTH, huffmanTable, type HuffmanTable } from './bzip2-huffman.ts';

/** Compressed bytes that a block can take at most: 900 000 symbols of 20 bits, and its tables. */
export const MAX_BLOCK_INPUT = 2_400_000;
const GROUP_SYMBOLS = 50;
const MAX_SELECTORS = 18_002;

export class Bzip2Error extends Error {
  readonly kind: 'corrupt' | 'truncated';
  constructor(kind: 'corrupt' | 'truncated') {
    super(kind);
    this.kind = kind;
  }
}

/** Reads bits, highest first. Past the end it gives zeros; {@link BitReader.check} tells. */
export class BitReader {
  bytes: Uint8Array;
  /** In bits from the start of `bytes`. */
  position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** @param count 1 to 24 */
  read(count: number): number {
    const at = this.position >>> 3;
    const bytes = this.bytes;
    const word = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const value = (word << (this.position & 7)) >>> (32 - count);
    this.position += count;
    return value;
  }

  check(): void {
    if (this.position > this.bytes.length * 8) throw new Bzip2Error('truncated');
  }
}

/** A block after the Burrows-Wheeler transform was undone, still run-length coded. */
export interface Bzip2Block {
  readonly crc: number;
  /** Each entry's high 24 bits point to the next, its low 8 are the byte. */
  readonly chain: Uint32Array;
  readonly length: number;
  /** The entry that comes first. */
  readonly start: number;
}

const chainMemory = new Map<number, Uint32Array>();

function chainFor(capacity: number): Uint32Array {
  let chain = chainMemory.get(capacity);
  if (!chain) {
    chainMemory.clear();
    chain = new Uint32Array(capacity);
    chainMemory.set(capacity, chain);
  }
  return chain;
}

/**
 * Decodes the block whose magic was just read. All of it must be in the reader.
 * The result shares memory with the next call.
 * @param capacity uncompressed bytes the block may hold: the stream's level x 100 000
 * @throws Bzip2Error
 */
export function decodeBlock(bits: BitReader, capacity: number): Bzip2Block {
  const crc = ((bits.read(16) << 16) | bits.read(16)) >>> 0;
  // Randomised blocks have not been written since 1997 (bzip2 0.9.5).
  if (bits.read(1)) throw new Bzip2Error('corrupt');
  const origin = bits.read(24);
  const alphabet = readAlphabet(bits);
  const { tables, selectors } = readTables(bits, alphabet.length + 2);
  const chain = chainFor(capacity);
  const counts = new Int32Array(256);
  const length = readSymbols(bits, tables, selectors, alphabet, chain, capacity, counts);
  bits.check();
  if (length === 0 || origin >= length) throw new Bzip2Error('corrupt');

  // Undo the transform: entry i of the sorted column continues at the place where its byte was written.
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte] as number;
    counts[byte] = sum;
    sum += count;
  }
  for (let index = 0; index < length; index++) {
    const byte = (chain[index] as number) & 0xff;
    const place = counts[byte] as number;
    counts[byte] = place + 1;
    chain[place] = (chain[place] as number) | (index << 8);
  }
  return { crc, chain, length, start: (chain[origin] as number) >>> 8 };
}

/** The bytes that occur in the block: a map of 16 rows, each a map of 16. */
function readAlphabet(bits: BitReader): Uint8Array {
  const rows = bits.read(16);
  const used: number[] = [];
  for (let row = 0; row < 16; row++) {
    if (!(rows & (0x8000 >> row))) continue;
    const columns = bits.read(16);
    for (let column = 0; column < 16; column++) if (columns & (0x8000 >> column)) used.push(row * 16 + column);
  }
  if (used.length === 0) throw new Bzip2Error('corrupt');
  return Uint8Array.from(used);
}

function readTables(bits: BitReader, symbolCount: number): { tables: HuffmanTable[]; selectors: Uint8Array } {
  const tableCount = bits.read(3);
  const selectorCount = bits.read(15);
  if (tableCount < 2 || tableCount > 6 || selectorCount === 0) throw new Bzip2Error('corrupt');
  const order = [0, 1, 2, 3, 4, 5].slice(0, tableCount);
  const selectors = new Uint8Array(Math.min(selectorCount, MAX_SELECTORS));
  for (let index = 0; index < selectorCount; index++) {
    let place = 0;
    while (bits.read(1)) if (++place >= tableCount) throw new Bzip2Error('corrupt');
    const [table = 0] = order.splice(place, 1);
    order.unshift(table);
    // Some compressors write more selectors than a block can use; they are read and dropped, as bzip2 1.0.8 does.
    if (index < MAX_SELECTORS) selectors[index] = table;
  }
  const tables = Array.from({ length: tableCount }, () => {
    const lengths = new Uint8Array(symbolCount);
    let length = bits.read(5);
    for (let symbol = 0; symbol < symbolCount; symbol++) {
      for (;;) {
        if (length < 1 || length > MAX_CODE_LENGTH) throw new Bzip2Error('corrupt');
        if (!bits.read(1)) break;
        length += bits.read(1) ? -1 : 1;
      }
      lengths[symbol] = length;
    }
    return huffmanTable(lengths);
  });
  bits.check();
  return { tables, selectors };
}

/** Huffman codes to bytes, through the move-to-front list and its zero runs. Returns the bytes written to `out`. */
function readSymbols(
  bits: BitReader, tables: readonly HuffmanTable[], selectors: Uint8Array, alphabet: Uint8Array,
  out: Uint32Array, capacity: number, counts: Int32Array,
): number {
  const bytes = bits.bytes;
  const endOfBlock = alphabet.length + 1;
  const front = Uint8Array.from(alphabet);
  // The next bits, left-aligned in 32, of which `held` are real.
  let at = bits.position >>> 3;
  let window = 0;
  let held = 0;
  const skip = bits.position & 7;
  if (skip) {
    window = ((bytes[at++] as number) << (24 + skip)) | 0;
    held = 8 - skip;
  }
  let length = 0;
  let run = 0;
  let runBit = 1;
  for (let group = 0; ; group++) {
    if (group >= selectors.length) throw new Bzip2Error('corrupt');
    const { fast, limit, base, symbols } = tables[selectors[group] as number] as HuffmanTable;
    for (let left = GROUP_SYMBOLS; left > 0; left--) {
      while (held <= 24) {
        // Beyond the end come zeros; the position tells afterwards.
        window |= (at < bytes.length ? (bytes[at] as number) : 0) << (24 - held);
        at++;
        held += 8;
      }
      const entry = fast[window >>> (32 - FAST_BITS)] as number;
      let symbol: number;
      if (entry !== 0) {
        symbol = entry >>> 5;
        window <<= entry & 31;
        held -= entry & 31;
      } else {
        const code = window >>> (32 - MAX_CODE_LENGTH);
        let size = FAST_BITS + 1;
        while (size <= MAX_CODE_LENGTH && code >= (limit[size] as number)) size++;
        if (size > MAX_CODE_LENGTH) throw new Bzip2Error(at > bytes.length + 4 ? 'truncated' : 'corrupt');
        const place = (window >>> (32 - size)) + (base[size] as number);
        if (place < 0 || place >= symbols.length) throw new Bzip2Error('corrupt');
        symbol = symbols[place] as number;
        window <<= size;
        held -= size;
      }
      if (symbol <= 1) {
        run += runBit << symbol;
        runBit <<= 1;
        if (run > capacity) throw new Bzip2Error('corrupt');
        continue;
      }
      if (run > 0) {
        if (length + run > capacity) throw new Bzip2Error('corrupt');
        const byte = front[0] as number;
        out.fill(byte, length, length + run);
        counts[byte] = (counts[byte] as number) + run;
        length += run;
        run = 0;
        runBit = 1;
      }
      if (symbol === endOfBlock) {
        bits.position = at * 8 - held;
        return length;
      }
      if (length >= capacity) throw new Bzip2Error('corrupt');
      let place = symbol - 1;
      const byte = front[place] as number;
      if (place > 24) front.copyWithin(1, 0, place);
      else for (; place > 0; place--) front[place] = front[place - 1] as number;
      front[0] = byte;
      counts[byte] = (counts[byte] as number) + 1;
      out[length++] = byte;
    }
    if (at > bytes.length + 8) throw new Bzip2Error('truncated');
  }
}
