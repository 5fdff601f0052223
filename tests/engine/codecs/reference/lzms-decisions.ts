import { FIRST_HISTORY, FIRST_ZEROS, PROBABILITY_BITS } from '../../../../native-free-engine/codecs/lzms/format.ts';

const EVER = 1 << PROBABILITY_BITS;

/** The chances of one kind of decision, chosen by the last few decisions of that kind. */
export class DecisionModel {
  readonly #mask: number;
  state = 0;
  readonly zeros: Uint8Array;
  /** The last 64 decisions of each state: upper and lower 32 of them. */
  readonly older: Int32Array;
  readonly newer: Int32Array;

  constructor(states: number) {
    this.#mask = states - 1;
    this.zeros = new Uint8Array(states);
    this.older = new Int32Array(states);
    this.newer = new Int32Array(states);
  }

  reset(): void {
    this.state = 0;
    this.zeros.fill(FIRST_ZEROS);
    this.older.fill(FIRST_HISTORY[0]);
    this.newer.fill(FIRST_HISTORY[1]);
  }

  /** Of a zero, of 64; never certain. */
  get chance(): number {
    const zeros = this.zeros[this.state]!;
    return zeros === 0 ? 1 : zeros === EVER ? EVER - 1 : zeros;
  }

  learn(bit: number): void {
    const { state, older, newer } = this;
    this.zeros[state]! += (older[state]! >>> 31) - bit;
    older[state] = (older[state]! << 1) | (newer[state]! >>> 31);
    newer[state] = (newer[state]! << 1) | bit;
    this.state = ((state << 1) | bit) & this.#mask;
  }
}

/** Decisions, from the start of a chunk forwards. Behind its end come zeros. */
export class RangeDecoder {
  #input: Uint8Array = new Uint8Array(0);
  #from = 0;
  // As signed numbers of 32 bits, which are kept without memory of their own.
  #range = 0;
  #code = 0;

  start(input: Uint8Array): void {
    this.#input = input;
    this.#from = 4;
    this.#range = -1;
    this.#code = (input[0]! << 16) | (input[1]! << 24) | input[2]! | (input[3]! << 8);
  }

  decide(model: DecisionModel): 0 | 1 {
    let range = this.#range;
    let code = this.#code;
    if (range >>> 16 === 0) {
      const from = this.#from;
      range <<= 16;
      code = (code << 16) | (from + 2 <= this.#input.length ? this.#input[from]! | (this.#input[from + 1]! << 8) : 0);
      this.#from = from + 2;
    }
    const bound = Math.imul(range >>> PROBABILITY_BITS, model.chance);
    if (code >>> 0 < bound >>> 0) {
      this.#range = bound;
      this.#code = code;
      model.learn(0);
      return 0;
    }
    this.#range = (range - bound) | 0;
    this.#code = (code - bound) | 0;
    model.learn(1);
    return 1;
  }
}
