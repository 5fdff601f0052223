import {
  add, block, br, brIf, eqz, extend64, geU, get, gtU, load16, load32, loop, ltU, num, num64, or64, rotl, seq, set, shl, shl64, shrU64, sub,
  when, wrap64, load8, load64, mul64, store64, store8, type Code, type Local,
} from './assembler.ts';

/** Where the inner loop of a decoder keeps its bits. */
export interface BitLocals {
  /** The next bits from the top, 64 of them; only the highest `have` are from the input, the others are 0. */
  readonly bits: Local;
  readonly have: Local;
  /** Address of the next unit. */
  readonly from: Local;
  readonly input: Local;
  readonly inputEnd: Local;
}

/**
 * Instructions that read bits in little-endian units of 16, highest first, as XPRESS and LZX have them. Behind the end of
 * the input come zeros, whatever lies there in memory: a unit is loaded only when both of its bytes are input.
 */
export class UnitBits {
  readonly #v: BitLocals;

  constructor(locals: BitLocals) {
    this.#v = locals;
  }

  /** At least 32 bits at hand. */
  refill(): Code {
    const { bits, have, from, inputEnd } = this.#v;
    const append = (unit: Code, top: number): Code => set(bits, or64(get(bits), shl64(extend64(unit), extend64(sub(num(top), get(have))))));
    const taken = (bytes: number): Code => seq(set(from, add(get(from), num(bytes))), set(have, add(get(have), num(8 * bytes))));
    return when(ltU(get(have), num(32)), () =>
      when(
        gtU(add(get(from), num(4)), get(inputEnd)),
        () =>
          loop((again) =>
            seq(
              when(eqz(gtU(add(get(from), num(2)), get(inputEnd))), () => append(load16(get(from)), 48)),
              taken(2),
              brIf(again, ltU(get(have), num(32))),
            ),
          ),
        // two units: the first of them belongs on top
        () => seq(append(rotl(load32(get(from)), num(16)), 32), taken(4)),
      ),
    );
  }

  /** The next bits, without taking them. @param count 1 to 32 */
  peek(count: number): Code {
    return wrap64(shrU64(get(this.#v.bits), num64(64 - count)));
  }

  /** The same for a count that is known only then, 0 to 31; two shifts, since one by 64 would do nothing. */
  peekSome(count: Code): Code {
    return wrap64(shrU64(shrU64(get(this.#v.bits), num64(1)), extend64(sub(num(63), count))));
  }

  /** @param count of bits that are at hand */
  skip(count: Code): Code {
    const { bits, have } = this.#v;
    return seq(set(bits, shl64(get(bits), extend64(count))), set(have, sub(get(have), count)));
  }

  /** Bits used so far, the ones taken from behind the end included. */
  position(): Code {
    const { from, input, have } = this.#v;
    return sub(shl(sub(get(from), get(input)), num(3)), get(have));
  }

  /** Whether bits were needed that lie behind the end. */
  overrun(): Code {
    const { input, inputEnd } = this.#v;
    return gtU(this.position(), shl(sub(get(inputEnd), get(input)), num(3)));
  }
}

/** Room behind a decoder's output: matches are copied eight bytes at a time, and what runs over is overwritten or left out. */
export const COPY_SLACK = 8;

export interface CopyLocals {
  readonly to: Local;
  readonly matchEnd: Local;
  readonly source: Local;
  readonly word: Local;
}

/** Copies what lies `offset` before `to`, until `to` is `matchEnd`: at least one byte. The caller made sure that both are output. */
export function copyMatch({ to, matchEnd, source, word }: CopyLocals, offset: Local): Code {
  const advance = (local: Local, by: number): Code => set(local, add(get(local), num(by)));
  const more = (): Code => ltU(get(to), get(matchEnd));
  return seq(
    set(source, sub(get(to), get(offset))),
    block((copied) =>
      seq(
        when(geU(get(offset), num(8)), () =>
          seq(
            loop((again) => seq(store64(get(to), load64(get(source))), advance(to, 8), advance(source, 8), brIf(again, more()))),
            br(copied),
          ),
        ),
        when(eqz(sub(get(offset), num(1))), () =>
          seq(
            set(word, mul64(extend64(load8(get(source))), num64(0x0101_0101_0101_0101n))),
            loop((again) => seq(store64(get(to), get(word)), advance(to, 8), brIf(again, more()))),
            br(copied),
          ),
        ),
        loop((again) => seq(store8(get(to), load8(get(source))), advance(to, 1), advance(source, 1), brIf(again, more()))),
      ),
    ),
    set(to, get(matchEnd)),
  );
}
