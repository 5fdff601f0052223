/** A Huffman code made anew from how often each of its symbols occurred: what {@link ../huffman/code-lengths.ts} does, in WebAssembly. */
import { CODE_BYTES, buildCode } from '../huffman/wasm-code.ts';
import {
  I32, add, and, block, br, brIf, call, eq, eqz, fillMemory, geU, get, gtU, load16, load32, load8, loop, ltS, ltU, num, numbered, or, seq, set, shl, shrU, store16,
  store32, store8, sub, when, type Code, type FunctionSpec, type Local,
} from '../wasm/assembler.ts';
import { LONGEST_CODEWORD } from './format.ts';
import { ADDRESS } from './memory.ts';

const { places, nodes, sums, parents, depths, counts, lengths } = ADDRESS;
/** A node is `frequency << SYMBOL_BITS | symbol`. */
const SYMBOL_BITS = 10;
/** Symbols that occurred so often or more often are few: the frequencies of a code always add up to less than 4000. */
const FREQUENT = 127;
/** Heavier than any node. */
const NONE = 0x7fff_ffff;

/** What {@link rebuildCode} calls: the third function of its module, behind those of the codes. */
const REBUILD = 2;

/**
 * Makes the code at `code` of the frequencies behind it, then halves these.
 * @param symbols 2 at least; each has a frequency of 1 at least
 */
export const rebuildCode = (code: number, symbols: Code): Code => call(REBUILD, num(code), symbols);

export function rebuild(): FunctionSpec {
  const v = numbered('code', 'symbols', 'at', 'end', 'frequency', 'place', 'frequent', 'value', 'sum', 'weight', 'leaf', 'joint', 'made', 'length', 'count');
  const inc = (local: Local, by: number): Code => set(local, add(get(local), num(by)));
  const eachFrequency = (body: () => Code): Code =>
    seq(
      set(v.at, add(get(v.code), num(CODE_BYTES))),
      set(v.end, add(get(v.at), shl(get(v.symbols), num(2)))),
      loop((again) =>
        seq(
          set(v.frequency, load32(get(v.at))),
          set(v.place, shl(get(v.frequency), num(2))),
          when(gtU(get(v.frequency), num(FREQUENT)), () => set(v.place, num(4 * FREQUENT))),
          body(),
          inc(v.at, 4),
          brIf(again, ltU(get(v.at), get(v.end))),
        ),
      ),
    );

  /** Symbols into nodes, the seldom ones first, equally frequent ones in their order. */
  const sort = (): Code =>
    seq(
      fillMemory(num(places), num(0), num(4 * (FREQUENT + 1))),
      eachFrequency(() => store32(get(v.place), add(load32(get(v.place), places), num(1)), places)),
      // How many of each frequency becomes where the first of each belongs.
      set(v.at, num(4)),
      loop((again) =>
        seq(
          set(v.count, load32(get(v.at), places)),
          set(v.frequent, get(v.value)),
          store32(get(v.at), get(v.value), places),
          set(v.value, add(get(v.value), shl(get(v.count), num(2)))),
          inc(v.at, 4),
          brIf(again, ltU(get(v.at), num(4 * (FREQUENT + 1)))),
        ),
      ),
      eachFrequency(() =>
        seq(
          set(v.value, load32(get(v.place), places)),
          store32(get(v.place), add(get(v.value), num(4)), places),
          store32(get(v.value), or(shl(get(v.frequency), num(SYMBOL_BITS)), get(v.sum)), nodes),
          store32(get(v.at), add(shrU(get(v.frequency), num(1)), num(1))),
          inc(v.sum, 1),
        ),
      ),
      sortFrequent(),
    );
  const sortFrequent = (): Code =>
    seq(
      set(v.end, shl(get(v.symbols), num(2))),
      set(v.at, add(get(v.frequent), num(4))),
      block((done) =>
        loop((next) =>
          seq(
            brIf(done, geU(get(v.at), get(v.end))),
            set(v.value, load32(get(v.at), nodes)),
            set(v.place, get(v.at)),
            block((found) =>
              loop((down) =>
                seq(
                  brIf(found, eq(get(v.place), get(v.frequent))),
                  set(v.weight, load32(sub(get(v.place), num(4)), nodes)),
                  brIf(found, ltU(get(v.weight), get(v.value))),
                  store32(get(v.place), get(v.weight), nodes),
                  inc(v.place, -4),
                  br(down),
                ),
              ),
            ),
            store32(get(v.place), get(v.value), nodes),
            inc(v.at, 4),
            br(next),
          ),
        ),
      ),
    );

  /** The lighter of the next symbol and the next joint node, a symbol before a joint node of its weight. */
  const takeLighter = (): Code =>
    seq(
      set(v.value, shrU(load32(get(v.leaf), nodes), num(SYMBOL_BITS))),
      set(v.weight, load32(get(v.joint), sums)),
      when(
        gtU(get(v.value), get(v.weight)),
        () => seq(set(v.sum, add(get(v.sum), get(v.weight))), store16(shrU(get(v.joint), num(1)), shrU(get(v.made), num(2)), parents), inc(v.joint, 4)),
        () => seq(set(v.sum, add(get(v.sum), get(v.value))), inc(v.leaf, 4)),
      ),
    );
  /** Joins the two lightest nodes until one is left; joint nodes come into being in the order of their weight. */
  const join = (): Code =>
    seq(
      store32(get(v.end), num(-1), nodes),
      store32(num(0), num(NONE), sums),
      set(v.end, sub(get(v.end), num(4))),
      loop((again) =>
        seq(
          set(v.sum, num(0)),
          takeLighter(),
          takeLighter(),
          store32(get(v.made), get(v.sum), sums),
          inc(v.made, 4),
          store32(get(v.made), num(NONE), sums),
          brIf(again, ltU(get(v.made), get(v.end))),
        ),
      ),
    );

  const countOf = (length: Code, change: number): Code => store32(length, add(load32(length, counts), num(change)), counts);
  /** Walks the joint nodes from the root: each takes one codeword of its depth away and gives two of the next. */
  const countLengths = (): Code =>
    seq(
      fillMemory(num(counts), num(0), num(4 * (LONGEST_CODEWORD + 1))),
      store32(num(4), num(2), counts),
      set(v.at, sub(get(v.symbols), num(2))),
      store8(get(v.at), num(0), depths),
      block((done) =>
        loop((next) =>
          seq(
            inc(v.at, -1),
            brIf(done, ltS(get(v.at), num(0))),
            set(v.length, add(load8(load16(shl(get(v.at), num(1)), parents), depths), num(1))),
            store8(get(v.at), get(v.length), depths),
            set(v.length, shl(get(v.length), num(2))),
            when(geU(get(v.length), num(4 * LONGEST_CODEWORD)), () =>
              seq(
                set(v.length, num(4 * LONGEST_CODEWORD)),
                loop((shorter) => seq(inc(v.length, -4), brIf(shorter, eqz(load32(get(v.length), counts))))),
              ),
            ),
            countOf(get(v.length), -1),
            countOf(add(get(v.length), num(4)), 2),
            br(next),
          ),
        ),
      ),
    );

  /** The longest codewords go to the seldom symbols. */
  const giveLengths = (): Code =>
    seq(
      set(v.at, num(0)),
      set(v.length, num(LONGEST_CODEWORD)),
      loop((next) =>
        seq(
          set(v.end, add(get(v.at), shl(load32(shl(get(v.length), num(2)), counts), num(2)))),
          block((done) =>
            loop((again) =>
              seq(
                brIf(done, eq(get(v.at), get(v.end))),
                store8(and(load32(get(v.at), nodes), num((1 << SYMBOL_BITS) - 1)), get(v.length), lengths),
                inc(v.at, 4),
                br(again),
              ),
            ),
          ),
          inc(v.length, -1),
          brIf(next, get(v.length)),
        ),
      ),
    );

  const body = seq(sort(), join(), countLengths(), giveLengths(), buildCode(lengths, get(v.symbols), get(v.code)));
  return { name: 'rebuild', parameters: [I32, I32], result: I32, locals: Array.from({ length: 13 }, () => I32), body };
}
