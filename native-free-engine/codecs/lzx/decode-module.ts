import { CODE_BYTES, buildCode, decodeSymbol, huffmanFunctions } from '../huffman/wasm-code.ts';
import {
  I32, I64, add, and, and64, block, br, brIf, copyMemory, ctz64, eq, eqz, eqz64, fillMemory, geU, get, gtU, load32, load64, load8, loop, ltS,
  ltU, num, num64, numbered, or, ret, seq, set, shl, shrU, store32, store8, sub, sub64, when, wrap64, xor64, type Code, type FunctionSpec, type Local,
} from '../wasm/assembler.ts';
import { WasmProgram } from '../wasm/instance.ts';
import { COPY_SLACK, UnitBits, copyMatch } from '../wasm/unit-bits.ts';
import { CALL, CALL_BYTES, FILE_SIZE, TAIL_BYTES } from './call-filter.ts';
import {
  ALIGNED_BITS, ALIGNED_LENGTH_BITS, ALIGNED_SYMBOLS, BLOCK, BLOCK_TYPE_BITS, FIRST_ALIGNED_SLOT, LENGTH_HEADERS, LENGTH_MODULUS,
  LENGTH_SYMBOLS, LITERALS, LONG_MATCH, MAX_MAIN_SYMBOLS, MOST_OFFSET_SLOTS, OFFSET_ADJUSTMENT, PRE, PRE_LENGTH_BITS, PRE_SYMBOLS,
  RECENT_OFFSETS, SHORTEST_MATCH, SLOT_BASES, SLOT_EXTRA_BITS, USUAL_BLOCK_BYTES,
} from './format.ts';

/** Addresses in a decoder's memory: the codes, the codeword lengths that they were made from, and the slots of offsets. */
const MAIN = 0;
const LENGTH = MAIN + CODE_BYTES;
const ALIGNED = LENGTH + CODE_BYTES;
const PRE_CODE = ALIGNED + CODE_BYTES;
const MAIN_LENGTHS = PRE_CODE + CODE_BYTES;
const LENGTH_LENGTHS = MAIN_LENGTHS + MAX_MAIN_SYMBOLS;
const FEW_LENGTHS = LENGTH_LENGTHS + LENGTH_SYMBOLS;
const BASES = 0x7000;
const EXTRA_BITS = BASES + 4 * MOST_OFFSET_SLOTS;
export const INPUT = 0x8000;

export interface LzxExports {
  /**
   * Unpacks `INPUT .. inputEnd` to `output .. outputEnd`, with {@link COPY_SLACK} behind it.
   * Returns 0, or anything else when the chunk is corrupt.
   * @param symbols of the main code
   * @param longSizes 1: sizes of blocks take 24 bits
   */
  decode(inputEnd: number, output: number, outputEnd: number, symbols: number, longSizes: number): number;
}

const program = new WasmProgram<LzxExports>(() => [...huffmanFunctions(), decode()]);

/** A decoder for chunks of at most `chunkSize` bytes, whose output begins at `output`. */
export function instantiateLzx(chunkSize: number): LzxExports & { readonly memory: WebAssembly.Memory; readonly output: number } {
  const output = INPUT + chunkSize;
  const instance = program.instantiate(output + chunkSize + COPY_SLACK);
  new Uint32Array(instance.memory.buffer, BASES, MOST_OFFSET_SLOTS).set(SLOT_BASES.subarray(0, MOST_OFFSET_SLOTS));
  new Uint8Array(instance.memory.buffer, EXTRA_BITS, MOST_OFFSET_SLOTS).set(SLOT_EXTRA_BITS);
  return { ...instance, output };
}

function decode(): FunctionSpec {
  const v = numbered(
    'inputEnd', 'output', 'outputEnd', 'symbols', 'longSizes',
    'input', 'from', 'have', 'to', 'blockEnd', 'type', 'size', 'at', 'end', 'symbol', 'run', 'length', 'slot', 'extra', 'offset', 'recent0', 'recent1',
    'recent2', 'firstAligned', 'matchEnd', 'source', 'word', 'bits',
  );
  const bits = new UnitBits(v);
  const corrupt = (): Code => ret(num(1));
  const inc = (local: Local, by: number): Code => set(local, add(get(local), num(by)));
  /** Some of the bits at hand, into `local`. */
  const take = (local: Local, count: number): Code => seq(set(local, bits.peek(count)), bits.skip(num(count)));
  const failUnless = (condition: Code): Code => when(eqz(condition), corrupt);

  const blockHead = (): Code =>
    seq(
      bits.refill(),
      take(v.type, BLOCK_TYPE_BITS),
      take(v.size, 1),
      when(
        get(v.size),
        () => set(v.size, num(USUAL_BLOCK_BYTES)),
        () =>
          seq(
            take(v.size, 16),
            when(get(v.longSizes), () => seq(bits.refill(), take(v.at, 8), set(v.size, or(shl(get(v.size), num(8)), get(v.at))))),
          ),
      ),
      // A block of nothing may stand there, but only as long as there is input for it.
      when(gtU(get(v.size), sub(get(v.outputEnd), get(v.to))), corrupt),
      when(bits.overrun(), corrupt),
      set(v.blockEnd, add(get(v.to), get(v.size))),
    );

  const storedBlock = (): Code =>
    seq(
      // To the end of the unit that is being read; where none is, a whole one is passed over.
      set(v.from, add(get(v.input), shl(add(shrU(bits.position(), num(4)), num(1)), num(1)))),
      set(v.bits, num64(0)),
      set(v.have, num(0)),
      when(gtU(add(add(get(v.from), num(4 * RECENT_OFFSETS)), get(v.size)), get(v.inputEnd)), corrupt),
      ...[v.recent0, v.recent1, v.recent2].map((recent, i) => seq(set(recent, load32(get(v.from), 4 * i)), failUnless(get(recent)))),
      inc(v.from, 4 * RECENT_OFFSETS),
      copyMemory(get(v.to), get(v.from), get(v.size)),
      set(v.to, get(v.blockEnd)),
      // Units begin at even places; at the end of the chunk the byte that fills up the last may be missing.
      set(v.from, add(get(v.from), add(get(v.size), and(get(v.size), num(1))))),
      when(gtU(get(v.from), get(v.inputEnd)), () => set(v.from, get(v.inputEnd))),
    );

  const readCode = (code: number, symbols: number, lengthBits: number): Code =>
    seq(
      set(v.at, num(FEW_LENGTHS)),
      loop((again) =>
        seq(bits.refill(), take(v.length, lengthBits), store8(get(v.at), get(v.length)), inc(v.at, 1), brIf(again, ltU(get(v.at), num(FEW_LENGTHS + symbols)))),
      ),
      failUnless(buildCode(FEW_LENGTHS, num(symbols), num(code))),
    );

  /** Each codeword length is written as the difference to the one that the symbol had in the block before. */
  const changedLength = (): Code =>
    seq(
      set(v.length, sub(add(load8(get(v.at)), num(LENGTH_MODULUS)), get(v.symbol))),
      when(geU(get(v.length), num(LENGTH_MODULUS)), () => inc(v.length, -LENGTH_MODULUS)),
    );
  const runOf = (least: number, moreBits: number): Code => seq(take(v.run, moreBits), inc(v.run, least));
  const run = (): Code =>
    seq(
      set(v.length, num(0)),
      when(
        eq(get(v.symbol), num(PRE.alike)),
        () =>
          seq(
            runOf(4, 1),
            // 15 bits of the 32 went to the first codeword; there are enough for another
            decodeSymbol(bits, PRE_CODE, v.symbol, corrupt),
            when(gtU(get(v.symbol), num(LENGTH_MODULUS)), corrupt),
            changedLength(),
          ),
        () => when(eq(get(v.symbol), num(PRE.zeros)), () => runOf(4, 4), () => runOf(20, 5)),
      ),
      // A run may reach over the end.
      when(gtU(get(v.run), sub(get(v.end), get(v.at))), () => set(v.run, sub(get(v.end), get(v.at)))),
      fillMemory(get(v.at), get(v.length), get(v.run)),
      set(v.at, add(get(v.at), get(v.run))),
    );
  const readLengths = (start: number, end: Code): Code =>
    seq(
      readCode(PRE_CODE, PRE_SYMBOLS, PRE_LENGTH_BITS),
      set(v.at, num(start)),
      set(v.end, end),
      loop((again) =>
        seq(
          bits.refill(),
          decodeSymbol(bits, PRE_CODE, v.symbol, corrupt),
          when(
            ltU(get(v.symbol), num(LENGTH_MODULUS)),
            () => seq(changedLength(), store8(get(v.at), get(v.length)), inc(v.at, 1)),
            run,
          ),
          brIf(again, ltU(get(v.at), get(v.end))),
        ),
      ),
    );

  const recentOffset = (): Code =>
    seq(
      // The one that is used changes places with the latest.
      set(v.offset, get(v.recent0)),
      when(eq(get(v.slot), num(1)), () => seq(set(v.offset, get(v.recent1)), set(v.recent1, get(v.recent0)))),
      when(eq(get(v.slot), num(2)), () => seq(set(v.offset, get(v.recent2)), set(v.recent2, get(v.recent0)))),
    );
  const newOffset = (): Code =>
    seq(
      set(v.extra, load8(get(v.slot), EXTRA_BITS)),
      set(v.offset, sub(load32(shl(get(v.slot), num(2)), BASES), num(OFFSET_ADJUSTMENT))),
      bits.refill(),
      when(
        geU(get(v.slot), get(v.firstAligned)),
        () =>
          seq(
            set(v.extra, sub(get(v.extra), num(ALIGNED_BITS))),
            set(v.offset, add(get(v.offset), shl(bits.peekSome(get(v.extra)), num(ALIGNED_BITS)))),
            bits.skip(get(v.extra)),
            decodeSymbol(bits, ALIGNED, v.symbol, corrupt),
            set(v.offset, add(get(v.offset), get(v.symbol))),
          ),
        () => seq(set(v.offset, add(get(v.offset), bits.peekSome(get(v.extra)))), bits.skip(get(v.extra))),
      ),
      set(v.recent2, get(v.recent1)),
      set(v.recent1, get(v.recent0)),
    );
  const match = (): Code =>
    seq(
      set(v.length, add(and(get(v.symbol), num(LENGTH_HEADERS - 1)), num(SHORTEST_MATCH))),
      set(v.slot, shrU(sub(get(v.symbol), num(LITERALS)), num(3))),
      when(eq(get(v.length), num(LONG_MATCH)), () =>
        // at most 32 bits with the symbol before
        seq(decodeSymbol(bits, LENGTH, v.symbol, corrupt), set(v.length, add(get(v.length), get(v.symbol)))),
      ),
      when(ltU(get(v.slot), num(RECENT_OFFSETS)), recentOffset, newOffset),
      set(v.recent0, get(v.offset)),
      set(v.matchEnd, add(get(v.to), get(v.length))),
      // As unsigned numbers: one of a stored block may be huge.
      when(gtU(get(v.offset), sub(get(v.to), get(v.output))), corrupt),
      when(gtU(get(v.matchEnd), get(v.blockEnd)), corrupt),
      copyMatch(v, v.offset),
    );

  const packedBlock = (): Code =>
    seq(
      set(v.firstAligned, num(MOST_OFFSET_SLOTS)),
      when(eq(get(v.type), num(BLOCK.aligned)), () => seq(readCode(ALIGNED, ALIGNED_SYMBOLS, ALIGNED_LENGTH_BITS), set(v.firstAligned, num(FIRST_ALIGNED_SLOT)))),
      readLengths(MAIN_LENGTHS, num(MAIN_LENGTHS + LITERALS)),
      readLengths(MAIN_LENGTHS + LITERALS, add(get(v.symbols), num(MAIN_LENGTHS))),
      failUnless(buildCode(MAIN_LENGTHS, get(v.symbols), num(MAIN))),
      readLengths(LENGTH_LENGTHS, num(LENGTH_LENGTHS + LENGTH_SYMBOLS)),
      failUnless(buildCode(LENGTH_LENGTHS, num(LENGTH_SYMBOLS), num(LENGTH))),
      when(bits.overrun(), corrupt),
      block((done) =>
        loop((again) =>
          seq(
            brIf(done, geU(get(v.to), get(v.blockEnd))),
            bits.refill(),
            decodeSymbol(bits, MAIN, v.symbol, corrupt),
            when(ltU(get(v.symbol), num(LITERALS)), () => seq(store8(get(v.to), get(v.symbol)), inc(v.to, 1), br(again))),
            match(),
            br(again),
          ),
        ),
      ),
    );

  /** What {@link ./call-filter.ts} does, eight bytes at a time until one begins a call. */
  const restoreCalls = (): Code =>
    seq(
      when(ltU(sub(get(v.outputEnd), get(v.output)), num(TAIL_BYTES)), () => ret(num(0))),
      set(v.at, get(v.output)),
      set(v.end, sub(get(v.outputEnd), num(TAIL_BYTES))),
      block((done) =>
        loop((again) =>
          seq(
            brIf(done, geU(get(v.at), get(v.end))),
            // A byte of `word` is 0 where the output has a call; the lowest of these leaves the lowest bit in `bits`.
            set(v.word, xor64(load64(get(v.at)), num64(BigInt.asIntN(64, BigInt(CALL) * 0x0101_0101_0101_0101n)))),
            set(
              v.bits,
              and64(and64(sub64(get(v.word), num64(0x0101_0101_0101_0101n)), xor64(get(v.word), num64(-1))), num64(-0x7f7f_7f7f_7f7f_7f80n)),
            ),
            when(eqz64(get(v.bits)), () => seq(inc(v.at, 8), br(again))),
            set(v.at, add(get(v.at), shrU(wrap64(ctz64(get(v.bits))), num(3)))),
            brIf(done, geU(get(v.at), get(v.end))),
            // `length` is the operand, `size` its position
            set(v.length, load32(get(v.at), 1)),
            set(v.size, sub(get(v.at), get(v.output))),
            when(
              ltS(get(v.length), num(0)),
              () => when(eqz(ltS(add(get(v.length), get(v.size)), num(0))), () => store32(get(v.at), add(get(v.length), num(FILE_SIZE)), 1)),
              () => when(ltU(get(v.length), num(FILE_SIZE)), () => store32(get(v.at), sub(get(v.length), get(v.size)), 1)),
            ),
            inc(v.at, CALL_BYTES),
            br(again),
          ),
        ),
      ),
    );

  const body = seq(
    set(v.input, num(INPUT)),
    set(v.from, num(INPUT)),
    set(v.to, get(v.output)),
    ...[v.recent0, v.recent1, v.recent2].map((recent) => set(recent, num(1))),
    fillMemory(num(MAIN_LENGTHS), num(0), num(MAX_MAIN_SYMBOLS + LENGTH_SYMBOLS)),
    block((done) =>
      loop((again) =>
        seq(
          brIf(done, geU(get(v.to), get(v.outputEnd))),
          blockHead(),
          when(
            eq(get(v.type), num(BLOCK.stored)),
            storedBlock,
            () =>
              seq(
                failUnless(or(eq(get(v.type), num(BLOCK.verbatim)), eq(get(v.type), num(BLOCK.aligned)))),
                packedBlock(),
              ),
          ),
          br(again),
        ),
      ),
    ),
    when(bits.overrun(), corrupt),
    restoreCalls(),
    num(0),
  );
  const locals = [...Array.from({ length: 21 }, () => I32), I64, I64];
  return { name: 'decode', parameters: [I32, I32, I32, I32, I32], result: I32, locals, body };
}
