import {
  I32, I64, add, and, block, br, brIf, call, clz, ctz64, eq, eqz, eqz64, fillMemory, geU, get, gtU, load16, load32, load64, load8, loop, ltU, mul,
  num, num64, numbered, or, ret, seq, set, shl, shrU, shrU64, store16, store32, store8, sub, when, wrap64, xor, xor64, type Code, type FunctionSpec, type Local,
} from '../wasm/assembler.ts';
import { WasmProgram } from '../wasm/instance.ts';
import { END, LARGEST_CHUNK, LENGTHS_BYTES, LENGTH_IN_BYTE, LENGTH_IN_WORD, LITERALS, SHORTEST_MATCH, SYMBOLS } from './format.ts';

/** As much searching as is needed for the ratio of wimlib's usual level: earlier places that are tried for a match. */
const SEARCH_DEPTH = 16;
/** A match of this length is not sought to be bettered. */
const ENOUGH = 32;
/** A match of the shortest length costs more than its literals from this distance on. */
const FAR = 8192;
const HASH3_BITS = 14;
const HASH4_BITS = 15;
const MULTIPLIER = 0x1e35_a7bd;

/** Addresses in a compressor's memory. The window comes first, so that a place in it is its address in 16 bits, and 0 is none. */
export const ADDRESS = (() => {
  const window = 1;
  /** Eight bytes are read anywhere in the window. */
  const last3 = window + LARGEST_CHUNK + 15;
  const heads = last3 + (2 << HASH3_BITS);
  const before = heads + (2 << HASH4_BITS);
  const items = before + 2 * LARGEST_CHUNK;
  const frequencies = items + 4 * LARGEST_CHUNK;
  const codewords = frequencies + 4 * SYMBOLS;
  const lengths = codewords + 2 * SYMBOLS;
  const output = lengths + SYMBOLS;
  return { window, last3, heads, before, items, frequencies, codewords, lengths, output };
})();
/** What one item takes at most, with the units that stand open. */
const ITEM_BYTES = 16;
const MEMORY_BYTES = ADDRESS.output + LARGEST_CHUNK + ITEM_BYTES;

export interface XpressEncoder {
  /**
   * Divides the window of `size` bytes into items, one for each literal or match, and counts their symbols.
   * A match gives way to a better one that begins a byte later. @returns how many items
   */
  parse(size: number): number;
  /** Writes `count` items, with the lengths and codewords that are in memory. @returns the size of the packed chunk, or 0 when it is not below `size` */
  write(count: number, size: number): number;
}

const LONGEST = 0;
const program = new WasmProgram<XpressEncoder>(() => [longest(), parse(), write()]);

export const instantiateEncoder = (): XpressEncoder & { readonly memory: WebAssembly.Memory } => program.instantiate(MEMORY_BYTES);

const inc = (local: Local, by = 1): Code => set(local, add(get(local), num(by)));
const hashOf = (value: Code, bits: number): Code => shl(shrU(mul(value, num(MULTIPLIER)), num(32 - bits)), num(1));
const hash3 = (four: Local): Code => hashOf(shl(get(four), num(8)), HASH3_BITS);
const hash4 = (four: Local): Code => hashOf(get(four), HASH4_BITS);
const beforeOf = (place: Code): Code => shl(place, num(1));

/**
 * Makes the place `at` known and looks for a match there that is longer than `least`, at least 2, and worth it. Four bytes
 * lead to a chain of earlier places, the nearest first; three only to the last one, since a match of three is worth little far away.
 * Gives `length << 16 | offset`, or 0.
 */
function longest(): FunctionSpec {
  const v = numbered('at', 'least', 'end', 'most', 'four', 'near', 'candidate', 'best', 'offset', 'depth', 'tail', 'wanted', 'length', 'enough', 'difference');
  /** How many bytes at `candidate` and `at` are alike; the first four are. */
  const compare = (): Code =>
    seq(
      set(v.length, num(4)),
      block((known) =>
        seq(
          block((few) =>
            loop((again) =>
              seq(
                brIf(few, gtU(add(get(v.length), num(8)), get(v.most))),
                set(v.difference, xor64(load64(add(get(v.candidate), get(v.length))), load64(add(get(v.at), get(v.length))))),
                when(eqz(eqz64(get(v.difference))), () =>
                  seq(set(v.length, add(get(v.length), wrap64(shrU64(ctz64(get(v.difference)), num64(3))))), br(known)),
                ),
                inc(v.length, 8),
                br(again),
              ),
            ),
          ),
          loop((again) =>
            seq(
              brIf(known, geU(get(v.length), get(v.most))),
              brIf(known, sub(load8(add(get(v.candidate), get(v.length))), load8(add(get(v.at), get(v.length))))),
              inc(v.length),
              br(again),
            ),
          ),
        ),
      ),
    );
  const tailOfBest = (): Code => seq(set(v.tail, sub(get(v.best), num(3))), set(v.wanted, load32(add(get(v.at), get(v.tail)))));
  const body = seq(
    set(v.most, sub(get(v.end), get(v.at))),
    when(or(eqz(gtU(get(v.most), get(v.least))), ltU(get(v.most), num(4))), () => ret(num(0))),
    set(v.four, load32(get(v.at))),
    set(v.length, hash3(v.four)),
    set(v.near, load16(get(v.length), ADDRESS.last3)),
    store16(get(v.length), get(v.at), ADDRESS.last3),
    set(v.length, hash4(v.four)),
    set(v.candidate, load16(get(v.length), ADDRESS.heads)),
    store16(get(v.length), get(v.at), ADDRESS.heads),
    store16(beforeOf(get(v.at)), get(v.candidate), ADDRESS.before),
    set(v.best, get(v.least)),
    set(v.wanted, get(v.four)),
    when(
      ltU(get(v.best), num(3)),
      () =>
        when(get(v.near), () =>
          when(eqz(shl(xor(load32(get(v.near)), get(v.four)), num(8))), () => seq(set(v.best, num(3)), set(v.offset, sub(get(v.at), get(v.near))))),
        ),
      tailOfBest,
    ),
    set(v.enough, num(ENOUGH)),
    when(ltU(get(v.most), num(ENOUGH)), () => set(v.enough, get(v.most))),
    set(v.depth, num(SEARCH_DEPTH)),
    block((done) =>
      loop((again) =>
        seq(
          brIf(done, eqz(get(v.candidate))),
          // Only a candidate that goes further than the best so far is worth comparing; its last four bytes tell most often.
          when(eq(load32(add(get(v.candidate), get(v.tail))), get(v.wanted)), () =>
            when(eq(load32(get(v.candidate)), get(v.four)), () =>
              seq(
                compare(),
                when(gtU(get(v.length), get(v.best)), () =>
                  seq(
                    set(v.best, get(v.length)),
                    set(v.offset, sub(get(v.at), get(v.candidate))),
                    brIf(done, geU(get(v.best), get(v.enough))),
                    tailOfBest(),
                  ),
                ),
              ),
            ),
          ),
          set(v.candidate, load16(beforeOf(get(v.candidate)), ADDRESS.before)),
          set(v.depth, sub(get(v.depth), num(1))),
          brIf(again, get(v.depth)),
        ),
      ),
    ),
    when(eq(get(v.best), get(v.least)), () => ret(num(0))),
    when(eq(get(v.best), num(SHORTEST_MATCH)), () => when(geU(get(v.offset), num(FAR)), () => ret(num(0)))),
    or(shl(get(v.best), num(16)), get(v.offset)),
  );
  return { name: 'longest', parameters: [I32, I32, I32], result: I32, locals: [...Array.from({ length: 11 }, () => I32), I64], body };
}

/** Of a match of `length` and `offset`, into `symbol`. */
function matchSymbol(v: Readonly<Record<'length' | 'offset' | 'symbol', Local>>): Code {
  return seq(
    set(v.symbol, sub(get(v.length), num(SHORTEST_MATCH))),
    when(gtU(get(v.symbol), num(LENGTH_IN_BYTE)), () => set(v.symbol, num(LENGTH_IN_BYTE))),
    set(v.symbol, add(add(get(v.symbol), num(LITERALS)), shl(sub(num(31), clz(get(v.offset))), num(4)))),
  );
}

function parse(): FunctionSpec {
  const v = numbered('size', 'end', 'at', 'item', 'length', 'offset', 'found', 'next', 'nextLength', 'nextOffset', 'symbol', 'four', 'last', 'hash');
  const countSymbol = (): Code =>
    seq(set(v.symbol, shl(get(v.symbol), num(2))), store32(get(v.symbol), add(load32(get(v.symbol), ADDRESS.frequencies), num(1)), ADDRESS.frequencies));
  const literal = (): Code =>
    seq(set(v.symbol, load8(get(v.at))), store32(get(v.item), shl(get(v.symbol), num(16))), inc(v.item, 4), countSymbol(), inc(v.at));
  const match = (): Code => seq(store32(get(v.item), or(shl(get(v.length), num(16)), get(v.offset))), inc(v.item, 4), matchSymbol(v), countSymbol());
  /** Makes the places from `next` to `last` known. */
  const skip = (): Code =>
    seq(
      set(v.last, add(get(v.at), get(v.length))),
      when(gtU(add(get(v.last), num(3)), get(v.end)), () => set(v.last, sub(get(v.end), num(3)))),
      block((done) =>
        loop((again) =>
          seq(
            brIf(done, geU(get(v.next), get(v.last))),
            set(v.four, load32(get(v.next))),
            store16(hash3(v.four), get(v.next), ADDRESS.last3),
            set(v.hash, hash4(v.four)),
            store16(beforeOf(get(v.next)), load16(get(v.hash), ADDRESS.heads), ADDRESS.before),
            store16(get(v.hash), get(v.next), ADDRESS.heads),
            inc(v.next),
            br(again),
          ),
        ),
      ),
      set(v.at, add(get(v.at), get(v.length))),
      set(v.length, num(0)),
    );
  const body = seq(
    fillMemory(num(ADDRESS.last3), num(0), num((2 << HASH3_BITS) + (2 << HASH4_BITS))),
    fillMemory(num(ADDRESS.frequencies), num(0), num(4 * SYMBOLS)),
    store32(num(ADDRESS.frequencies + 4 * END), num(1)),
    set(v.at, num(ADDRESS.window)),
    set(v.item, num(ADDRESS.items)),
    set(v.end, add(get(v.size), num(ADDRESS.window))),
    block((done) =>
      loop((again) =>
        seq(
          brIf(done, geU(get(v.at), get(v.end))),
          when(eqz(get(v.length)), () =>
            seq(
              set(v.found, call(LONGEST, get(v.at), num(SHORTEST_MATCH - 1), get(v.end))),
              when(eqz(get(v.found)), () => seq(literal(), br(again))),
              set(v.length, shrU(get(v.found), num(16))),
              set(v.offset, and(get(v.found), num(0xffff))),
            ),
          ),
          set(v.next, add(get(v.at), num(1))),
          when(and(ltU(get(v.length), num(ENOUGH)), ltU(get(v.next), get(v.end))), () =>
            seq(
              set(v.nextLength, sub(get(v.length), num(1))),
              when(ltU(get(v.nextLength), num(SHORTEST_MATCH - 1)), () => set(v.nextLength, num(SHORTEST_MATCH - 1))),
              set(v.found, call(LONGEST, get(v.next), get(v.nextLength), get(v.end))),
              set(v.nextLength, shrU(get(v.found), num(16))),
              set(v.nextOffset, and(get(v.found), num(0xffff))),
              when(geU(get(v.nextLength), get(v.length)), () =>
                // the gain: four for each byte more, one for each bit of the offset less
                when(
                  gtU(add(add(shl(sub(get(v.nextLength), get(v.length)), num(2)), clz(get(v.nextOffset))), num(32)), add(clz(get(v.offset)), num(34))),
                  () => seq(literal(), set(v.length, get(v.nextLength)), set(v.offset, get(v.nextOffset)), br(again)),
                ),
              ),
              inc(v.next),
            ),
          ),
          match(),
          skip(),
          br(again),
        ),
      ),
    ),
    shrU(sub(get(v.item), num(ADDRESS.items)), num(2)),
  );
  return { name: 'parse', parameters: [I32], result: I32, locals: Array.from({ length: 13 }, () => I32), body };
}

/**
 * Bits in little-endian units of 16, highest first, with whole bytes between the units. A decoder always holds one
 * unit more than it is reading, so the places of two units are kept ahead of the bytes.
 */
function write(): FunctionSpec {
  const v = numbered('count', 'size', 'item', 'itemEnd', 'at', 'limit', 'unit', 'nextUnit', 'bits', 'have', 'length', 'offset', 'symbol', 'value', 'width');
  const put = (value: Code, width: Code): Code =>
    seq(
      set(v.width, width),
      set(v.bits, or(shl(get(v.bits), get(v.width)), value)),
      set(v.have, add(get(v.have), get(v.width))),
      when(gtU(get(v.have), num(16)), () =>
        seq(
          set(v.have, sub(get(v.have), num(16))),
          store16(get(v.unit), shrU(get(v.bits), get(v.have))),
          set(v.unit, get(v.nextUnit)),
          set(v.nextUnit, get(v.at)),
          inc(v.at, 2),
        ),
      ),
    );
  const putSymbol = (): Code => put(load16(shl(get(v.symbol), num(1)), ADDRESS.codewords), load8(get(v.symbol), ADDRESS.lengths));
  const putByte = (value: Code): Code => seq(store8(get(v.at), value), inc(v.at));
  const lengthHeads = (): Code =>
    seq(
      set(v.at, num(0)),
      loop((again) =>
        seq(
          store8(get(v.at), or(load8(shl(get(v.at), num(1)), ADDRESS.lengths), shl(load8(shl(get(v.at), num(1)), ADDRESS.lengths + 1), num(4))), ADDRESS.output),
          inc(v.at),
          brIf(again, ltU(get(v.at), num(LENGTHS_BYTES))),
        ),
      ),
    );
  const match = (): Code =>
    seq(
      set(v.length, shrU(get(v.value), num(16))),
      matchSymbol(v),
      putSymbol(),
      set(v.length, sub(get(v.length), num(SHORTEST_MATCH))),
      when(
        geU(get(v.length), num(LENGTH_IN_WORD)),
        () => seq(putByte(num(255)), store16(get(v.at), get(v.length)), inc(v.at, 2)),
        () => when(geU(get(v.length), num(LENGTH_IN_BYTE)), () => putByte(sub(get(v.length), num(LENGTH_IN_BYTE)))),
      ),
      set(v.symbol, sub(num(31), clz(get(v.offset)))),
      put(sub(get(v.offset), shl(num(1), get(v.symbol))), get(v.symbol)),
    );
  const body = seq(
    lengthHeads(),
    set(v.unit, num(ADDRESS.output + LENGTHS_BYTES)),
    set(v.nextUnit, num(ADDRESS.output + LENGTHS_BYTES + 2)),
    set(v.at, num(ADDRESS.output + LENGTHS_BYTES + 4)),
    set(v.limit, add(get(v.size), num(ADDRESS.output))),
    set(v.item, num(ADDRESS.items)),
    set(v.itemEnd, add(get(v.item), shl(get(v.count), num(2)))),
    block((done) =>
      loop((again) =>
        seq(
          brIf(done, geU(get(v.item), get(v.itemEnd))),
          when(geU(get(v.at), get(v.limit)), () => ret(num(0))),
          set(v.value, load32(get(v.item))),
          inc(v.item, 4),
          set(v.offset, and(get(v.value), num(0xffff))),
          when(get(v.offset), match, () => seq(set(v.symbol, shrU(get(v.value), num(16))), putSymbol())),
          br(again),
        ),
      ),
    ),
    set(v.symbol, num(END)),
    putSymbol(),
    store16(get(v.unit), shl(get(v.bits), sub(num(16), get(v.have)))),
    store16(get(v.nextUnit), num(0)),
    when(geU(get(v.at), get(v.limit)), () => ret(num(0))),
    sub(get(v.at), num(ADDRESS.output)),
  );
  return { name: 'write', parameters: [I32, I32], result: I32, locals: Array.from({ length: 13 }, () => I32), body };
}
