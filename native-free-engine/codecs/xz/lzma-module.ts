/**
 * The inner loop of LZMA as WebAssembly, built when it is first needed.
 *
 * Plain JavaScript decodes at half the speed of liblzma and the ready-made
 * WebAssembly build of xz-embedded at two thirds; this one comes close to
 * liblzma because an LZMA2 chunk is decoded in one call that never has to stop
 * for input or output, with the range coder in locals. The algorithm follows
 * "LZMA specification" (Igor Pavlov, 2015) and the XZ file format 1.2.
 */
import {
  I32, add, and, block, br, brIf, eq, eqz, geU, get, gtU, load16, load32, load64, load8, loop, ltU, mul, num, or, ret, seq,
  set, shl, shrS, shrU, store16, store32, store64, store8, sub, when, type Code, type Local,
} from '../wasm/assembler.ts';

/** Memory below the dictionary, in bytes. */
export const MEMORY = {
  /** Probabilities, 16 bits each, as laid out by {@link PROB}. */
  probs: 0,
  probCount: 1860 + (0x300 << 4),
  crc64Table: 0x8000,
  /** state, rep0, rep1, rep2, rep3: 32 bits each, kept from chunk to chunk. */
  state: 0xc000,
  /** One compressed chunk of at most 64 KiB. */
  input: 0x1_0000,
  /** The dictionary; the byte before it is the zero that stands before all data. */
  dictionary: 0x2_1000,
} as const;

/** Indexes into the probabilities. */
const PROB = {
  isMatch: 0,
  isRep: 192,
  isRep0: 204,
  isRep1: 216,
  isRep2: 228,
  isRep0Long: 240,
  distSlot: 432,
  distSpecial: 688,
  distAlign: 816,
  matchLen: 832,
  repLen: 1346,
  literal: 1860,
} as const;

/** Within a length coder: choice, choice2, then three trees. */
const LEN = { choice: 0, choice2: 1, low: 2, mid: 130, high: 258 } as const;

export const PARAMETERS = ['inPos', 'inEnd', 'pos', 'outEnd', 'dictStart', 'lc', 'lpMask', 'pbMask'] as const;
const LOCALS = [
  'range', 'code', 'state', 'rep0', 'rep1', 'rep2', 'rep3', 'posState', 'prob', 'p', 'bound', 'mask', 'tree',
  'symbol', 'len', 'lenProbs', 'matchByte', 'offset', 'matchBit', 'slot', 'limit', 'bit', 'from', 'copyEnd',
] as const;

/** Parameters, locals and body of the function that decodes one chunk. */
export function buildDecode(): { locals: number[]; body: Code } {
  const names: readonly string[] = [...PARAMETERS, ...LOCALS];
  const v = Object.fromEntries(names.map((name, index) => [name, index])) as Record<
    (typeof PARAMETERS)[number] | (typeof LOCALS)[number],
    Local
  >;
  const inc = (local: Local, by = 1): Code => set(local, add(get(local), num(by)));
  const probAddress = (base: number, index: Code): Code => add(shl(index, num(1)), num(base * 2));

  const normalize = (): Code =>
    when(ltU(get(v.range), num(1 << 24)), () =>
      seq(set(v.range, shl(get(v.range), num(8))), set(v.code, or(shl(get(v.code), num(8)), load8(get(v.inPos)))), inc(v.inPos)),
    );
  const split = (): Code =>
    seq(normalize(), set(v.p, load16(get(v.prob))), set(v.bound, mul(shrU(get(v.range), num(11)), get(v.p))));

  /** One bit by a branch: for decisions that are mostly alike. */
  const decide = (address: Code, zero: () => Code, one: () => Code): Code =>
    seq(
      set(v.prob, address),
      split(),
      when(
        ltU(get(v.code), get(v.bound)),
        () =>
          seq(
            set(v.range, get(v.bound)),
            store16(get(v.prob), add(get(v.p), shrU(sub(num(2048), get(v.p)), num(5)))),
            zero(),
          ),
        () =>
          seq(
            set(v.range, sub(get(v.range), get(v.bound))),
            set(v.code, sub(get(v.code), get(v.bound))),
            store16(get(v.prob), sub(get(v.p), shrU(get(v.p), num(5)))),
            one(),
          ),
      ),
    );

  /** One bit without a branch, for bits that no predictor can guess: `mask` becomes -1 for a 0 and 0 for a 1. */
  const guessless = (address: Code): Code =>
    seq(
      set(v.prob, address),
      split(),
      set(v.mask, sub(num(0), ltU(get(v.code), get(v.bound)))),
      set(v.code, sub(get(v.code), and(get(v.bound), add(num(-1), sub(num(0), get(v.mask)))))),
      set(v.range, sub(get(v.range), get(v.bound))),
      set(v.range, add(get(v.range), and(sub(get(v.bound), get(v.range)), get(v.mask)))),
      store16(get(v.prob), sub(get(v.p), shrS(add(get(v.p), and(get(v.mask), num(31 - 2048))), num(5)))),
    );

  /** `symbol` through a binary tree of probabilities that starts at address `tree`. */
  const treeBit = (): Code =>
    seq(
      guessless(add(get(v.tree), shl(get(v.symbol), num(1)))),
      set(v.symbol, add(add(shl(get(v.symbol), num(1)), num(1)), get(v.mask))),
    );
  const bitTree = (bits: number): Code => seq(set(v.symbol, num(1)), ...Array.from({ length: bits }, treeBit));

  const literal = (): Code =>
    seq(
      set(
        v.tree,
        probAddress(
          PROB.literal,
          mul(
            add(shl(and(get(v.pos), get(v.lpMask)), get(v.lc)), shrU(load8(sub(get(v.pos), num(1))), sub(num(8), get(v.lc)))),
            num(0x300),
          ),
        ),
      ),
      when(
        ltU(get(v.state), num(7)),
        () => bitTree(8),
        () =>
          seq(
            set(v.matchByte, shl(load8(sub(sub(get(v.pos), get(v.rep0)), num(1))), num(1))),
            set(v.symbol, num(1)),
            set(v.offset, num(0x100)),
            ...Array.from({ length: 8 }, () =>
              seq(
                set(v.matchBit, and(get(v.matchByte), get(v.offset))),
                set(v.matchByte, shl(get(v.matchByte), num(1))),
                guessless(add(get(v.tree), shl(add(add(get(v.offset), get(v.matchBit)), get(v.symbol)), num(1)))),
                set(v.symbol, add(add(shl(get(v.symbol), num(1)), num(1)), get(v.mask))),
                // a 0 keeps the offset where the match bit is 0, a 1 where it is 1
                set(v.offset, and(get(v.offset), sub(get(v.matchBit), and(add(shl(get(v.matchBit), num(1)), num(1)), get(v.mask))))),
              ),
            ),
          ),
      ),
      store8(get(v.pos), get(v.symbol)),
      inc(v.pos),
      when(
        ltU(get(v.state), num(4)),
        () => set(v.state, num(0)),
        () => when(ltU(get(v.state), num(10)), () => set(v.state, sub(get(v.state), num(3))), () => set(v.state, sub(get(v.state), num(6)))),
      ),
    );

  const stateAfter = (afterLiteral: number, afterMatch: number): Code =>
    set(v.state, add(num(afterMatch), mul(ltU(get(v.state), num(7)), num(afterLiteral - afterMatch))));

  const lenTree = (base: number): Code =>
    set(v.tree, add(add(get(v.lenProbs), num(base * 2)), shl(get(v.posState), num(4))));
  const length = (): Code =>
    decide(
      get(v.lenProbs),
      () => seq(lenTree(LEN.low), bitTree(3), set(v.len, sub(get(v.symbol), num(8 - 2)))),
      () =>
        decide(
          add(get(v.lenProbs), num(LEN.choice2 * 2)),
          () => seq(lenTree(LEN.mid), bitTree(3), set(v.len, sub(get(v.symbol), num(8 - 10)))),
          () => seq(set(v.tree, add(get(v.lenProbs), num(LEN.high * 2))), bitTree(8), set(v.len, sub(get(v.symbol), num(256 - 18)))),
        ),
    );

  /** Adds bits to rep0, lowest first, through the tree at `tree`: `limit` of them. */
  const reverseTree = (): Code =>
    seq(
      set(v.symbol, num(1)),
      set(v.bit, num(0)),
      loop((again) =>
        seq(
          guessless(add(get(v.tree), shl(get(v.symbol), num(1)))),
          set(v.symbol, add(add(shl(get(v.symbol), num(1)), num(1)), get(v.mask))),
          set(v.rep0, add(get(v.rep0), shl(add(num(1), get(v.mask)), get(v.bit)))),
          inc(v.bit),
          brIf(again, ltU(get(v.bit), get(v.limit))),
        ),
      ),
    );
  const distance = (): Code =>
    seq(
      set(v.slot, sub(get(v.len), num(2))),
      when(gtU(get(v.slot), num(3)), () => set(v.slot, num(3))),
      set(v.tree, add(shl(get(v.slot), num(7)), num(PROB.distSlot * 2))),
      bitTree(6),
      set(v.slot, sub(get(v.symbol), num(64))),
      when(
        ltU(get(v.slot), num(4)),
        () => set(v.rep0, get(v.slot)),
        () =>
          seq(
            set(v.limit, sub(shrU(get(v.slot), num(1)), num(1))),
            set(v.rep0, add(num(2), and(get(v.slot), num(1)))),
            when(
              ltU(get(v.slot), num(14)),
              () =>
                seq(
                  set(v.rep0, shl(get(v.rep0), get(v.limit))),
                  set(v.tree, probAddress(PROB.distSpecial - 1, sub(get(v.rep0), get(v.slot)))),
                  reverseTree(),
                ),
              () =>
                seq(
                  set(v.limit, sub(get(v.limit), num(4))),
                  loop((again) =>
                    seq(
                      normalize(),
                      set(v.range, shrU(get(v.range), num(1))),
                      set(v.code, sub(get(v.code), get(v.range))),
                      set(v.mask, shrS(get(v.code), num(31))),
                      set(v.code, add(get(v.code), and(get(v.range), get(v.mask)))),
                      set(v.rep0, add(add(shl(get(v.rep0), num(1)), num(1)), get(v.mask))),
                      set(v.limit, sub(get(v.limit), num(1))),
                      brIf(again, get(v.limit)),
                    ),
                  ),
                  set(v.rep0, shl(get(v.rep0), num(4))),
                  set(v.limit, num(4)),
                  set(v.tree, num(PROB.distAlign * 2)),
                  reverseTree(),
                ),
            ),
          ),
      ),
    );

  const copy = (): Code =>
    seq(
      when(geU(get(v.rep0), sub(get(v.pos), get(v.dictStart))), () => ret(num(1))),
      when(gtU(get(v.len), sub(get(v.outEnd), get(v.pos))), () => ret(num(1))),
      set(v.from, sub(sub(get(v.pos), get(v.rep0)), num(1))),
      set(v.copyEnd, add(get(v.pos), get(v.len))),
      when(
        geU(get(v.rep0), num(7)),
        () =>
          seq(
            // eight bytes at a time; what runs over the end is overwritten by what follows
            loop((again) =>
              seq(store64(get(v.pos), load64(get(v.from))), inc(v.pos, 8), inc(v.from, 8), brIf(again, ltU(get(v.pos), get(v.copyEnd)))),
            ),
            set(v.pos, get(v.copyEnd)),
          ),
        () =>
          loop((again) =>
            seq(store8(get(v.pos), load8(get(v.from))), inc(v.pos), inc(v.from), brIf(again, ltU(get(v.pos), get(v.copyEnd)))),
          ),
      ),
    );

  const byState = (base: number): Code => probAddress(base, get(v.state));
  const byStateAndPosition = (base: number): Code => probAddress(base, add(shl(get(v.state), num(4)), get(v.posState)));
  const nothing = (): Code => [];

  const match = (): Code =>
    seq(
      set(v.rep3, get(v.rep2)),
      set(v.rep2, get(v.rep1)),
      set(v.rep1, get(v.rep0)),
      stateAfter(7, 10),
      set(v.lenProbs, num(PROB.matchLen * 2)),
      length(),
      distance(),
    );
  const repeat = (): Code =>
    block((lengthKnown) =>
      seq(
        decide(
          byState(PROB.isRep0),
          () =>
            decide(
              byStateAndPosition(PROB.isRep0Long),
              () => seq(stateAfter(9, 11), set(v.len, num(1)), br(lengthKnown)),
              nothing,
            ),
          () =>
            seq(
              decide(
                byState(PROB.isRep1),
                () => set(v.from, get(v.rep1)),
                () =>
                  seq(
                    decide(
                      byState(PROB.isRep2),
                      () => set(v.from, get(v.rep2)),
                      () => seq(set(v.from, get(v.rep3)), set(v.rep3, get(v.rep2))),
                    ),
                    set(v.rep2, get(v.rep1)),
                  ),
              ),
              set(v.rep1, get(v.rep0)),
              set(v.rep0, get(v.from)),
            ),
        ),
        stateAfter(8, 11),
        set(v.lenProbs, num(PROB.repLen * 2)),
        length(),
      ),
    );

  const STATE_FIELDS = [v.state, v.rep0, v.rep1, v.rep2, v.rep3];
  const body = seq(
    ...STATE_FIELDS.map((local, index) => set(local, load32(num(MEMORY.state), index * 4))),
    // the range coder's first byte is always 0, then four bytes of code, highest first
    when(load8(get(v.inPos)), () => ret(num(1))),
    ...[1, 2, 3, 4].map((index) => set(v.code, or(shl(get(v.code), num(8)), load8(get(v.inPos), index)))),
    inc(v.inPos, 5),
    set(v.range, num(-1)),
    block((done) =>
      loop((again) =>
        seq(
          brIf(done, geU(get(v.pos), get(v.outEnd))),
          set(v.posState, and(get(v.pos), get(v.pbMask))),
          decide(byStateAndPosition(PROB.isMatch), literal, () => seq(decide(byState(PROB.isRep), match, repeat), copy())),
          br(again),
        ),
      ),
    ),
    normalize(),
    ...STATE_FIELDS.map((local, index) => store32(num(MEMORY.state), get(local), index * 4)),
    // a sound chunk uses up its input exactly and leaves nothing in the coder
    or(get(v.code), eqz(eq(get(v.inPos), get(v.inEnd)))),
  );
  return { locals: LOCALS.map(() => I32), body };
}
