import { CODE_BYTES, buildCode, decodeSymbol, huffmanFunctions } from '../huffman/wasm-code.ts';
import {
  I32, I64, add, and, block, brIf, eq, eqz, extend64, geU, get, gtU, load16, load8, loop, ltU, num, numbered, or, ret, seq, set, shl, shl64,
  shrU, shrU64, store8, sub, when, br, type Code, type FunctionSpec, type Local,
} from '../wasm/assembler.ts';
import { WasmProgram } from '../wasm/instance.ts';
import { COPY_SLACK, UnitBits, copyMatch } from '../wasm/unit-bits.ts';
import { LARGEST_CHUNK, LENGTHS_BYTES, LENGTH_IN_BYTE, LENGTH_IN_WORD, LITERALS, SHORTEST_MATCH, SYMBOLS } from './format.ts';

const CODE = 0;
const LENGTHS = CODE + CODE_BYTES;
/** Addresses in a decoder's memory. */
export const INPUT = 0x2000;
export const OUTPUT = INPUT + LARGEST_CHUNK;
export const MEMORY_BYTES = OUTPUT + LARGEST_CHUNK + COPY_SLACK;

export interface XpressExports {
  /** Unpacks `INPUT .. inputEnd` to `OUTPUT .. outputEnd`, both at most a chunk. Returns 0, or anything else when the chunk is corrupt. */
  decode(inputEnd: number, outputEnd: number): number;
}

export const xpressProgram = new WasmProgram<XpressExports>(() => [...huffmanFunctions(), decode()]);

function decode(): FunctionSpec {
  const v = numbered('inputEnd', 'outputEnd', 'input', 'from', 'have', 'to', 'symbol', 'offsetBits', 'offset', 'length', 'matchEnd', 'source', 'word', 'bits');
  const bits = new UnitBits(v);
  const corrupt = (): Code => ret(num(1));
  const inc = (local: Local, by: number): Code => set(local, add(get(local), num(by)));

  const readLengths = (): Code =>
    seq(
      set(v.from, num(INPUT)),
      set(v.to, num(LENGTHS)),
      loop((again) =>
        seq(
          store8(get(v.to), and(load8(get(v.from)), num(15))),
          store8(get(v.to), shrU(load8(get(v.from)), num(4)), 1),
          inc(v.from, 1),
          inc(v.to, 2),
          brIf(again, ltU(get(v.from), num(INPUT + LENGTHS_BYTES))),
        ),
      ),
    );

  /**
   * A long match keeps its length in whole bytes between the units: they stand where a decoder is that had at least 16 bits
   * at hand before it took the offset, and no unit more. What this one has beyond that goes back.
   */
  const lengthInBytes = (): Code =>
    seq(
      set(v.source, sub(shrU(add(get(v.have), get(v.offsetBits)), num(4)), num(1))),
      set(v.from, sub(get(v.from), shl(get(v.source), num(1)))),
      set(v.have, sub(get(v.have), shl(get(v.source), num(4)))),
      set(v.source, sub(num(64), get(v.have))),
      set(v.bits, shl64(shrU64(get(v.bits), extend64(get(v.source))), extend64(get(v.source)))),
      when(geU(get(v.from), get(v.inputEnd)), corrupt),
      set(v.length, add(load8(get(v.from)), num(LENGTH_IN_BYTE))),
      inc(v.from, 1),
      when(eq(get(v.length), num(LENGTH_IN_WORD)), () =>
        seq(when(gtU(add(get(v.from), num(2)), get(v.inputEnd)), corrupt), set(v.length, load16(get(v.from))), inc(v.from, 2)),
      ),
    );

  const match = (): Code =>
    seq(
      set(v.offsetBits, and(shrU(get(v.symbol), num(4)), num(15))),
      set(v.offset, or(shl(num(1), get(v.offsetBits)), bits.peekSome(get(v.offsetBits)))),
      bits.skip(get(v.offsetBits)),
      set(v.length, and(get(v.symbol), num(15))),
      when(eq(get(v.length), num(LENGTH_IN_BYTE)), lengthInBytes),
      set(v.matchEnd, add(add(get(v.to), get(v.length)), num(SHORTEST_MATCH))),
      when(gtU(get(v.offset), sub(get(v.to), num(OUTPUT))), corrupt),
      when(gtU(get(v.matchEnd), get(v.outputEnd)), corrupt),
      copyMatch(v, v.offset),
    );

  const body = seq(
    set(v.input, num(INPUT)),
    when(ltU(sub(get(v.inputEnd), num(INPUT)), num(LENGTHS_BYTES)), corrupt),
    readLengths(),
    when(eqz(buildCode(LENGTHS, num(SYMBOLS), num(CODE))), corrupt),
    set(v.to, num(OUTPUT)),
    block((done) =>
      loop((again) =>
        seq(
          brIf(done, geU(get(v.to), get(v.outputEnd))),
          // a symbol and an offset take at most 30 bits
          bits.refill(),
          decodeSymbol(bits, CODE, v.symbol, corrupt),
          when(ltU(get(v.symbol), num(LITERALS)), () => seq(store8(get(v.to), get(v.symbol)), inc(v.to, 1), br(again))),
          match(),
          br(again),
        ),
      ),
    ),
    // What lies behind the end was read as zeros; to need one of them is to have been cut short.
    bits.overrun(),
  );
  const locals = [...Array.from({ length: 10 }, () => I32), I64, I64];
  return { name: 'decode', parameters: [I32, I32], result: I32, locals, body };
}
