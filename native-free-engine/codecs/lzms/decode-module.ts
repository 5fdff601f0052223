import { CODE_BYTES, decodeSymbol, huffmanFunctions } from '../huffman/wasm-code.ts';
import {
  I32, I64, add, and, block, br, brIf, eqz, extend64, geU, get, gtU, load16, load32, load64, load8, loop, ltU, mul, num, num64, numbered, or, or64, ret, seq,
  set, shl, shl64, shrU, shrU64, store32, store64, store8, sub, when, wrap64, type Code, type FunctionSpec, type Local,
} from '../wasm/assembler.ts';
import { WasmProgram } from '../wasm/instance.ts';
import { COPY_SLACK, copyMatch } from '../wasm/unit-bits.ts';
import {
  DELTA_POWERS, FIRST_HISTORY, FIRST_ZEROS, LENGTH_SLOTS, LENGTH_SYMBOLS, LITERALS, MAX_OFFSET_SYMBOLS, OFFSET_SLOTS, PROBABILITY_BITS, REBUILD, STATES,
} from './format.ts';
import { ADDRESS, STATE_BYTES, ZEROS } from './memory.ts';
import { rebuild, rebuildCode } from './rebuild.ts';
import { restore } from './x86-filter.ts';

export interface LzmsExports {
  /**
   * Unpacks `ADDRESS.input .. inputEnd`, of an even length of at least 4, to `output .. outputEnd`, with {@link COPY_SLACK}
   * behind it, in a memory that {@link freshTables} were laid into. Returns 0, or anything else when the chunk is corrupt.
   * @param offsets symbols of the codes of offsets, 2 at least
   */
  decode(inputEnd: number, output: number, outputEnd: number, offsets: number): number;
  /** Translates the x86 instructions of an unpacked chunk back, in place. */
  restore(chunk: number, end: number): number;
}

const program = new WasmProgram<LzmsExports>(() => [...huffmanFunctions(), rebuild(), restore(), decode()], true);

/** Memory for a chunk of so many bytes, packed at `ADDRESS.input` and unpacked directly behind the room for that. */
export const lzmsMemory = (chunkBytes: number): WebAssembly.Memory => program.memory(ADDRESS.input + 2 * chunkBytes + COPY_SLACK);

export const instantiateLzms = (memory: WebAssembly.Memory): LzmsExports => program.instantiate(memory);

/** What lies before the input when a chunk begins: every symbol once, every decision as likely as the format says. */
export function freshTables(): Uint8Array {
  const tables = new Uint8Array(ADDRESS.input);
  const words = new Uint32Array(tables.buffer);
  for (const code of [ADDRESS.literal, ADDRESS.length, ADDRESS.offset, ADDRESS.deltaOffset, ADDRESS.deltaPower]) words.fill(1, (code + CODE_BYTES) / 4, (code + CODE_BYTES) / 4 + MAX_OFFSET_SYMBOLS);
  for (let state = ADDRESS.isMatch; state < ADDRESS.offsetBases; state += STATE_BYTES) words.set([FIRST_HISTORY[1], FIRST_HISTORY[0], FIRST_ZEROS], state / 4);
  words.set(OFFSET_SLOTS.bases, ADDRESS.offsetBases / 4);
  tables.set(OFFSET_SLOTS.extraBits, ADDRESS.offsetExtraBits);
  words.set(LENGTH_SLOTS.bases, ADDRESS.lengthBases / 4);
  tables.set(LENGTH_SLOTS.extraBits, ADDRESS.lengthExtraBits);
  return tables;
}

/** Of a kind of decision: where its states lie, how many, and the local that holds the present one, in bytes. */
interface Model {
  readonly address: number;
  readonly states: number;
  readonly state: Local;
}

/** An adaptive code: its address, its symbols, after how many it is made anew, and the local that holds how many are left till then. */
interface Adaptive {
  readonly address: number;
  readonly symbols: Code;
  readonly every: number;
  readonly left: Local;
}

function decode(): FunctionSpec {
  const v = numbered(
    'inputEnd', 'output', 'outputEnd', 'offsets',
    'next', 'range', 'code', 'bound', 'zeros', 'from', 'have', 'to', 'symbol', 'extra', 'offset', 'length', 'which', 'power', 'span', 'matchEnd', 'source',
    'recent0', 'recent1', 'recent2', 'recent3', 'delta0', 'delta1', 'delta2', 'delta3', 'afterMatch', 'afterDelta',
    'isMatch', 'isDelta', 'isRepeat', 'isDeltaRepeat', 'repeat0', 'repeat1', 'deltaRepeat0', 'deltaRepeat1',
    'literals', 'lengths', 'matchOffsets', 'deltaOffsets', 'powers', 'made',
    'bits', 'word', 'history',
  );
  const corrupt = (): Code => ret(num(1));
  const inc = (local: Local, by = 1): Code => set(local, add(get(local), num(by)));

  // Decisions, from the start of the chunk forwards. Behind its end come zeros.
  const model = (name: keyof typeof v & keyof typeof ADDRESS, states: number): Model => ({ address: ADDRESS[name], states, state: v[name] });
  const learn = ({ address, states, state }: Model, bit: 0 | 1): Code => {
    const after = (): Code => and(shl(get(state), num(1)), num((states - 1) * STATE_BYTES));
    return seq(
      set(v.history, load64(get(state), address)),
      store32(get(state), sub(add(get(v.zeros), wrap64(shrU64(get(v.history), num64(63)))), num(bit)), address + ZEROS),
      set(v.history, shl64(get(v.history), num64(1))),
      store64(get(state), bit ? or64(get(v.history), num64(1)) : get(v.history), address),
      set(state, bit ? or(after(), num(STATE_BYTES)) : after()),
    );
  };
  const decide = (of: Model, zero: () => Code, one: () => Code): Code =>
    seq(
      when(eqz(shrU(get(v.range), num(16))), () =>
        seq(
          set(v.range, shl(get(v.range), num(16))),
          set(v.code, shl(get(v.code), num(16))),
          when(ltU(get(v.next), get(v.inputEnd)), () => seq(set(v.code, or(get(v.code), load16(get(v.next)))), inc(v.next, 2))),
        ),
      ),
      set(v.zeros, load32(get(of.state), of.address + ZEROS)),
      // Never certain: 1 to 63 of 64.
      set(v.bound, mul(shrU(get(v.range), num(PROBABILITY_BITS)), sub(add(get(v.zeros), eqz(get(v.zeros))), shrU(get(v.zeros), num(PROBABILITY_BITS))))),
      when(
        ltU(get(v.code), get(v.bound)),
        () => seq(set(v.range, get(v.bound)), learn(of, 0), zero()),
        () => seq(set(v.range, sub(get(v.range), get(v.bound))), set(v.code, sub(get(v.code), get(v.bound))), learn(of, 1), one()),
      ),
    );

  // Bits in units of 16, highest first, from the end of the chunk backwards. Before its start come zeros.
  /** At least 48 bits at hand. Those behind them that are read along are the right ones, and read again. */
  const refill = (): Code =>
    seq(
      set(v.bits, or64(get(v.bits), shrU64(load64(sub(get(v.from), num(8))), extend64(get(v.have))))),
      set(v.from, sub(get(v.from), shl(sub(num(3), shrU(get(v.have), num(4))), num(1)))),
      set(v.have, or(get(v.have), num(48))),
    );
  const bits = {
    peek: (count: number): Code => wrap64(shrU64(get(v.bits), num64(64 - count))),
    skip: (count: Code): Code => seq(set(v.bits, shl64(get(v.bits), extend64(count))), set(v.have, sub(get(v.have), count))),
  };
  /** Two shifts, since one by 64 would do nothing. */
  const peekSome = (count: Local): Code => wrap64(shrU64(shrU64(get(v.bits), num64(1)), extend64(sub(num(63), get(count)))));
  const symbolOf = ({ address, symbols, every, left }: Adaptive): Code =>
    seq(
      decodeSymbol(bits, address, v.symbol, corrupt),
      set(v.made, shl(get(v.symbol), num(2))),
      store32(get(v.made), add(load32(get(v.made), address + CODE_BYTES), num(1)), address + CODE_BYTES),
      inc(left, -1),
      when(eqz(get(left)), () => seq(set(v.made, rebuildCode(address, symbols)), set(left, num(every)))),
    );
  /** The base of the slot in `symbol` and its extra bits, into `value`. */
  const slotValue = (bases: number, extraBits: number, value: Local): Code =>
    seq(
      set(v.extra, load8(get(v.symbol), extraBits)),
      set(value, add(load32(shl(get(v.symbol), num(2)), bases), peekSome(v.extra))),
      bits.skip(get(v.extra)),
    );

  const literal: Adaptive = { address: ADDRESS.literal, symbols: num(LITERALS), every: REBUILD.literal, left: v.literals };
  const length: Adaptive = { address: ADDRESS.length, symbols: num(LENGTH_SYMBOLS), every: REBUILD.length, left: v.lengths };
  const offset: Adaptive = { address: ADDRESS.offset, symbols: get(v.offsets), every: REBUILD.offset, left: v.matchOffsets };
  const deltaOffset: Adaptive = { address: ADDRESS.deltaOffset, symbols: get(v.offsets), every: REBUILD.deltaOffset, left: v.deltaOffsets };
  const deltaPower: Adaptive = { address: ADDRESS.deltaPower, symbols: num(DELTA_POWERS), every: REBUILD.deltaPower, left: v.powers };

  const newOffset = (of: Adaptive): Code => seq(refill(), symbolOf(of), slotValue(ADDRESS.offsetBases, ADDRESS.offsetExtraBits, v.offset));
  const matchLength = (): Code =>
    seq(
      refill(),
      symbolOf(length),
      slotValue(ADDRESS.lengthBases, ADDRESS.lengthExtraBits, v.length),
      when(gtU(get(v.length), sub(get(v.outputEnd), get(v.to))), corrupt),
      set(v.matchEnd, add(get(v.to), get(v.length))),
    );

  // The matches that may be repeated, the latest one in front: directly behind a match its own offset cannot be repeated.
  type Recent = readonly [Local, Local, Local, Local];
  const recent: Recent = [v.recent0, v.recent1, v.recent2, v.recent3];
  const deltas: Recent = [v.delta0, v.delta1, v.delta2, v.delta3];
  const remember = ([first, second, third, fourth]: Recent): Code => seq(set(fourth, get(third)), set(third, get(second)), set(second, get(first)), set(first, get(v.offset)));
  const repeat = ([first, second, third, fourth]: Recent, after: Local, is: Model, isLast: Model): Code =>
    seq(
      set(v.which, get(after)),
      decide(is, () => [], () => seq(inc(v.which), decide(isLast, () => [], () => inc(v.which)))),
      when(
        eqz(get(v.which)),
        () => set(v.offset, get(first)),
        () =>
          seq(
            set(v.offset, get(second)),
            when(gtU(get(v.which), num(1)), () =>
              seq(
                set(v.offset, get(third)),
                when(gtU(get(v.which), num(2)), () => seq(set(v.offset, get(fourth)), set(fourth, get(third)))),
                set(third, get(second)),
              ),
            ),
            set(second, get(first)),
            set(first, get(v.offset)),
          ),
      ),
    );

  const match = (): Code =>
    seq(
      set(v.afterDelta, num(0)),
      decide(
        model('isRepeat', STATES.lz),
        () => seq(newOffset(offset), remember(recent)),
        () => repeat(recent, v.afterMatch, model('repeat0', STATES.repeat), model('repeat1', STATES.repeat)),
      ),
      set(v.afterMatch, num(1)),
      matchLength(),
      when(gtU(get(v.offset), sub(get(v.to), get(v.output))), corrupt),
      copyMatch(v, v.offset),
    );

  /** Offset and power are kept as one number: an offset takes 28 bits. */
  const delta = (): Code =>
    seq(
      set(v.afterMatch, num(0)),
      decide(
        model('isDeltaRepeat', STATES.delta),
        () =>
          seq(
            refill(),
            symbolOf(deltaPower),
            set(v.power, get(v.symbol)),
            newOffset(deltaOffset),
            set(v.offset, or(shl(get(v.offset), num(3)), get(v.power))),
            remember(deltas),
          ),
        () => repeat(deltas, v.afterDelta, model('deltaRepeat0', STATES.repeat), model('deltaRepeat1', STATES.repeat)),
      ),
      set(v.afterDelta, num(1)),
      matchLength(),
      set(v.power, and(get(v.offset), num(7))),
      set(v.span, shl(num(1), get(v.power))),
      set(v.offset, shrU(get(v.offset), num(3))),
      // Shifted left it could be beyond 32 bits.
      when(geU(get(v.offset), shrU(sub(get(v.to), get(v.output)), get(v.power))), corrupt),
      set(v.offset, shl(get(v.offset), get(v.power))),
      loop((again) =>
        seq(
          set(v.source, sub(get(v.to), get(v.offset))),
          store8(get(v.to), sub(add(load8(sub(get(v.to), get(v.span))), load8(get(v.source))), load8(sub(get(v.source), get(v.span))))),
          inc(v.to),
          brIf(again, ltU(get(v.to), get(v.matchEnd))),
        ),
      ),
    );

  const body = seq(
    set(v.next, num(ADDRESS.input + 4)),
    set(v.range, num(-1)),
    set(v.code, or(shl(load16(num(ADDRESS.input)), num(16)), load16(num(ADDRESS.input), 2))),
    set(v.from, get(v.inputEnd)),
    set(v.to, get(v.output)),
    ...[recent, deltas].flatMap((queue, i) => queue.map((place, at) => set(place, num(i === 0 ? at + 1 : (at + 1) << 3)))),
    ...[literal, length, offset, deltaOffset, deltaPower].flatMap(({ address, symbols, every, left }) => [set(v.made, rebuildCode(address, symbols)), set(left, num(every))]),
    block((done) =>
      loop((again) =>
        seq(
          brIf(done, geU(get(v.to), get(v.outputEnd))),
          // An item takes at most 24 bytes of bits: with the 64 zeros before the input, nothing before them is ever read.
          when(ltU(get(v.from), num(ADDRESS.input - 8)), corrupt),
          decide(
            model('isMatch', STATES.main),
            () =>
              seq(
                refill(),
                symbolOf(literal),
                store8(get(v.to), get(v.symbol)),
                inc(v.to),
                set(v.afterMatch, num(0)),
                set(v.afterDelta, num(0)),
              ),
            () => decide(model('isDelta', STATES.match), match, delta),
          ),
          br(again),
        ),
      ),
    ),
    // Whether bits were needed that lie before the start: as signed numbers, 64 bytes are enough to tell.
    ltU(add(shl(sub(get(v.from), num(ADDRESS.input - 64)), num(3)), get(v.have)), num(64 * 8)),
  );
  const locals = [...Array.from({ length: 41 }, () => I32), I64, I64, I64];
  return { name: 'decode', parameters: [I32, I32, I32, I32], result: I32, locals, body };
}
