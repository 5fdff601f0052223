/**
 * Canonical Huffman codes for decoders in WebAssembly.
 * Shorter codewords come first, equally long ones in the order of their symbols.
 */
import {
  I32, I64, add, and, block, br, brIf, call, eq, eqz, extend64, fillMemory, get, gtU, load16, load32, load8, loop, ltU, mul64, num, num64, numbered, or, ret,
  seq, set, shl, shrU, store16, store32, store64, sub, when, type Code, type FunctionSpec, type Local,
} from '../wasm/assembler.ts';
import type { UnitBits } from '../wasm/unit-bits.ts';
import { LONGEST_CODEWORD } from './code-lengths.ts';

/** Codewords up to this long are looked up at once; longer ones are rarer than one in 2^11. */
const ROOT_BITS = 11;
const ROOT_ENTRIES = 1 << ROOT_BITS;
/** An entry is `symbol << 5 | length`; 0 where a longer codeword begins, or none. */
const LENGTH_BITS = 5;

/** Of a code in memory, in bytes: entries for the next ROOT_BITS bits; for each length, 32 bits each, the end of its
 * codewords widened to 16 bits, what to add to a codeword to get its place in `sorted`, how many there are; the symbols in the
 * order of their codewords, 16 bits each. */
const ENDS = 2 * ROOT_ENTRIES;
const SHIFTS = ENDS + 128;
const COUNTS = SHIFTS + 128;
const SORTED = COUNTS + 128;
/** What a code of at most 800 symbols takes in memory. */
export const CODE_BYTES = SORTED + 2 * 800;

/** The functions that {@link buildCode} and {@link decodeSymbol} call: they must be the first two of their module. */
const BUILD = 0;
const LONG_CODEWORD = 1;
export const huffmanFunctions = (): FunctionSpec[] => [build(), longCodeword()];

/**
 * Makes a code ready for decoding; gives 0 when the lengths make no code: neither complete nor without any codeword.
 * @param lengths address of the codeword lengths, a byte each, at most 16
 */
export const buildCode = (lengths: number, symbols: Code, code: Code): Code => call(BUILD, num(lengths), symbols, code);

/** Takes a symbol of the code at address `code` into `symbol`; 32 bits must be at hand, or as many as its longest codeword. */
export const decodeSymbol = (bits: Pick<UnitBits, 'peek' | 'skip'>, code: number, symbol: Local, corrupt: () => Code): Code =>
  seq(
    set(symbol, load16(shl(bits.peek(ROOT_BITS), num(1)), code)),
    when(eqz(get(symbol)), () =>
      seq(set(symbol, call(LONG_CODEWORD, num(code), bits.peek(LONGEST_CODEWORD))), when(eqz(get(symbol)), corrupt)),
    ),
    bits.skip(lengthOf(symbol)),
    set(symbol, shrU(get(symbol), num(LENGTH_BITS))),
  );

const lengthOf = (entry: Local): Code => and(get(entry), num((1 << LENGTH_BITS) - 1));

function longCodeword(): FunctionSpec {
  const v = numbered('code', 'bits', 'length', 'at');
  const body = seq(
    set(v.length, num(ROOT_BITS + 1)),
    loop((again) =>
      seq(
        set(v.at, add(get(v.code), shl(get(v.length), num(2)))),
        when(ltU(get(v.bits), load32(get(v.at), ENDS)), () =>
          ret(
            or(
              shl(
                load16(add(get(v.code), shl(add(load32(get(v.at), SHIFTS), shrU(get(v.bits), sub(num(LONGEST_CODEWORD), get(v.length)))), num(1))), SORTED),
                num(LENGTH_BITS),
              ),
              get(v.length),
            ),
          ),
        ),
        set(v.length, add(get(v.length), num(1))),
        brIf(again, eqz(gtU(get(v.length), num(LONGEST_CODEWORD)))),
      ),
    ),
    num(0),
  );
  return { name: 'longCodeword', parameters: [I32, I32], result: I32, locals: [I32, I32], body };
}

function build(): FunctionSpec {
  const v = numbered('lengths', 'symbols', 'code', 'at', 'end', 'length', 'place', 'total', 'address', 'count', 'entry', 'next', 'word');
  const inc = (local: Local, by = 1): Code => set(local, add(get(local), num(by)));
  /** For each length of `first` to `last`: `address` is the code plus four times the length. */
  const lengthsTo = (last: number, body: () => Code): Code =>
    seq(
      set(v.length, num(1)),
      set(v.address, add(get(v.code), num(4))),
      loop((again) => seq(body(), inc(v.length), inc(v.address, 4), brIf(again, eqz(gtU(get(v.length), num(last)))))),
    );
  const eachSymbol = (body: () => Code): Code =>
    seq(
      set(v.at, get(v.lengths)),
      loop((again) => seq(set(v.address, add(get(v.code), shl(load8(get(v.at)), num(2)))), body(), inc(v.at), brIf(again, ltU(get(v.at), get(v.end))))),
    );

  const count = (): Code =>
    seq(
      fillMemory(add(get(v.code), num(COUNTS)), num(0), num(4 * (LONGEST_CODEWORD + 1))),
      eachSymbol(() => store32(get(v.address), add(load32(get(v.address), COUNTS), num(1)), COUNTS)),
    );
  const place = (): Code =>
    lengthsTo(LONGEST_CODEWORD, () =>
      seq(
        store32(get(v.address), get(v.place), SHIFTS),
        set(v.count, load32(get(v.address), COUNTS)),
        set(v.place, add(get(v.place), get(v.count))),
        set(v.total, add(get(v.total), shl(get(v.count), sub(num(LONGEST_CODEWORD), get(v.length))))),
        store32(get(v.address), get(v.total), ENDS),
      ),
    );
  const sort = (): Code =>
    eachSymbol(() =>
      when(load8(get(v.at)), () =>
        seq(
          set(v.place, load32(get(v.address), SHIFTS)),
          store32(get(v.address), add(get(v.place), num(1)), SHIFTS),
          store16(add(get(v.code), shl(get(v.place), num(1))), sub(get(v.at), get(v.lengths)), SORTED),
        ),
      ),
    );
  /** The codewords of one length, each as often as there are entries that it begins. Complete codes fill no more than all. */
  const fillLength = (): Code =>
    seq(
      set(v.count, load32(get(v.address), COUNTS)),
      block((done) =>
        loop((again) =>
          seq(
            brIf(done, eqz(get(v.count))),
            set(v.entry, or(shl(load16(get(v.place), SORTED), num(LENGTH_BITS)), get(v.length))),
            inc(v.place, 2),
            set(v.count, sub(get(v.count), num(1))),
            set(v.next, add(get(v.at), shl(num(2), sub(num(ROOT_BITS), get(v.length))))),
            when(
              ltU(get(v.length), num(ROOT_BITS - 1)),
              () =>
                seq(
                  set(v.word, mul64(extend64(get(v.entry)), num64(0x0001_0001_0001_0001n))),
                  loop((wide) => seq(store64(get(v.at), get(v.word)), inc(v.at, 8), brIf(wide, ltU(get(v.at), get(v.next))))),
                ),
              () =>
                loop((narrow) => seq(store16(get(v.at), get(v.entry)), inc(v.at, 2), brIf(narrow, ltU(get(v.at), get(v.next))))),
            ),
            br(again),
          ),
        ),
      ),
    );
  const body = seq(
    set(v.end, add(get(v.lengths), get(v.symbols))),
    count(),
    place(),
    when(eqz(get(v.total)), () => seq(fillMemory(get(v.code), num(0), num(2 * ROOT_ENTRIES)), ret(num(1)))),
    when(eqz(eq(get(v.total), num(1 << LONGEST_CODEWORD))), () => ret(num(0))),
    sort(),
    set(v.at, get(v.code)),
    set(v.place, get(v.code)),
    lengthsTo(ROOT_BITS, fillLength),
    set(v.end, add(get(v.code), num(2 * ROOT_ENTRIES))),
    fillMemory(get(v.at), num(0), sub(get(v.end), get(v.at))),
    // `shifts` are the ends of each length's symbols now; so are `ends` of the codewords.
    lengthsTo(LONGEST_CODEWORD, () =>
      store32(
        get(v.address),
        sub(load32(get(v.address), SHIFTS), shrU(load32(get(v.address), ENDS), sub(num(LONGEST_CODEWORD), get(v.length)))),
        SHIFTS,
      ),
    ),
    num(1),
  );
  const locals = [...Array.from({ length: 9 }, () => I32), I64];
  return { name: 'build', parameters: [I32, I32, I32], result: I32, locals, body };
}
