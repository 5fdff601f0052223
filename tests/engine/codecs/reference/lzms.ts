import type { ChunkDecompressor } from '../../../../native-free-engine/codecs/wim-chunk-types.ts';
import { corrupt, unsupported } from '../../../../native-free-engine/codecs/faults.ts';
import { AdaptiveCode, BackwardBits } from './lzms-bits.ts';
import {
  DELTA_POWERS, LARGEST_CHUNK, LARGEST_CHUNK_SIZE, LENGTH_SLOTS, LENGTH_SYMBOLS, LITERALS, MAX_OFFSET_SYMBOLS, OFFSET_SLOTS, REBUILD,
  STATES, offsetSymbols,
} from '../../../../native-free-engine/codecs/lzms/format.ts';
import { DecisionModel, RangeDecoder } from './lzms-decisions.ts';
import { X86Filter } from './lzms-x86.ts';

const FORMAT = 'lzms';
const RECENT_MATCHES = 3;
/** The range coder begins with two units. */
const SMALLEST_INPUT = 4;

/** LZMS in plain TypeScript: what the program's decoder is compared with. */
export class LzmsReference implements ChunkDecompressor {
  readonly #decisions = new RangeDecoder();
  readonly #bits = new BackwardBits();
  readonly #filter = new X86Filter();

  readonly #isMatch = new DecisionModel(STATES.main);
  readonly #isDelta = new DecisionModel(STATES.match);
  readonly #isRepeat = new DecisionModel(STATES.lz);
  readonly #isDeltaRepeat = new DecisionModel(STATES.delta);
  readonly #whichRepeat = Array.from({ length: RECENT_MATCHES - 1 }, () => new DecisionModel(STATES.repeat));
  readonly #whichDeltaRepeat = Array.from({ length: RECENT_MATCHES - 1 }, () => new DecisionModel(STATES.repeat));
  readonly #models = [this.#isMatch, this.#isDelta, this.#isRepeat, this.#isDeltaRepeat, ...this.#whichRepeat, ...this.#whichDeltaRepeat];

  readonly #literal = new AdaptiveCode(LITERALS, REBUILD.literal);
  readonly #length = new AdaptiveCode(LENGTH_SYMBOLS, REBUILD.length);
  readonly #offset = new AdaptiveCode(MAX_OFFSET_SYMBOLS, REBUILD.offset);
  readonly #deltaOffset = new AdaptiveCode(MAX_OFFSET_SYMBOLS, REBUILD.deltaOffset);
  readonly #deltaPower = new AdaptiveCode(DELTA_POWERS, REBUILD.deltaPower);

  /** @throws EngineError `image-format-unsupported` */
  constructor(chunkSize: number) {
    if (!Number.isInteger(chunkSize) || chunkSize < 1 || chunkSize > LARGEST_CHUNK_SIZE) throw unsupported(`${FORMAT}, ${chunkSize}`);
  }

  decompress(input: Uint8Array, output: Uint8Array): void {
    if (input.length < SMALLEST_INPUT || input.length % 2 !== 0 || output.length > LARGEST_CHUNK) throw corrupt(FORMAT);
    this.#decisions.start(input);
    this.#bits.start(input);
    for (const model of this.#models) model.reset();
    const offsets = offsetSymbols(output.length);
    this.#literal.reset(LITERALS);
    this.#length.reset(LENGTH_SYMBOLS);
    this.#offset.reset(offsets);
    this.#deltaOffset.reset(offsets);
    this.#deltaPower.reset(DELTA_POWERS);
    this.#decodeItems(output);
    if (this.#bits.overrun) throw corrupt(FORMAT);
    this.#filter.restore(output);
  }

  #decodeItems(output: Uint8Array): void {
    const decisions = this.#decisions;
    const bits = this.#bits;
    const end = output.length;
    const recent = new RecentMatches();
    const recentDeltas = new RecentMatches();
    let to = 0;
    while (to < end) {
      if (!decisions.decide(this.#isMatch)) {
        output[to++] = this.#literal.decode(bits);
        recent.settle();
        recentDeltas.settle();
        continue;
      }
      if (!decisions.decide(this.#isDelta)) {
        recentDeltas.settle();
        let offset: number;
        if (!decisions.decide(this.#isRepeat)) {
          const slot = this.#offset.decode(bits);
          offset = OFFSET_SLOTS.bases[slot]! + bits.read(OFFSET_SLOTS.extraBits[slot]!);
          recent.add(offset, 0);
        } else offset = recent.use(repeatIndex(decisions, this.#whichRepeat));
        const length = this.#matchLength();
        let source = to - offset;
        if (source < 0 || length > end - to) throw corrupt(FORMAT);
        const matchEnd = to + length;
        while (to < matchEnd) output[to++] = output[source++]!;
      } else {
        recent.settle();
        if (!decisions.decide(this.#isDeltaRepeat)) {
          const power = this.#deltaPower.decode(bits);
          const slot = this.#deltaOffset.decode(bits);
          recentDeltas.add(OFFSET_SLOTS.bases[slot]! + bits.read(OFFSET_SLOTS.extraBits[slot]!), power);
        } else recentDeltas.use(repeatIndex(decisions, this.#whichDeltaRepeat));
        const length = this.#matchLength();
        const span = 2 ** recentDeltas.latestPower;
        const offset = recentDeltas.latestOffset * span;
        if (offset + span > to || length > end - to) throw corrupt(FORMAT);
        for (const matchEnd = to + length; to < matchEnd; to++) output[to] = output[to - span]! + output[to - offset]! - output[to - offset - span]!;
      }
    }
  }

  #matchLength(): number {
    const slot = this.#length.decode(this.#bits);
    return LENGTH_SLOTS.bases[slot]! + this.#bits.read(LENGTH_SLOTS.extraBits[slot]!);
  }
}

function repeatIndex(decisions: RangeDecoder, which: readonly DecisionModel[]): number {
  if (!decisions.decide(which[0]!)) return 0;
  return decisions.decide(which[1]!) ? 2 : 1;
}

/**
 * The matches that may be repeated. The latest one takes its place at the head of the queue only when another item has
 * followed it: directly behind a match its own offset cannot be repeated.
 */
class RecentMatches {
  readonly #offsets = Float64Array.from({ length: RECENT_MATCHES + 1 }, (_, i) => i + 1);
  readonly #powers = new Uint8Array(RECENT_MATCHES + 1);
  /** 1 while the latest item was a match of this kind. */
  #after = 0;

  get latestOffset(): number {
    return this.#offsets[0]!;
  }

  get latestPower(): number {
    return this.#powers[0]!;
  }

  /** Another item than a match of this kind. */
  settle(): void {
    this.#after = 0;
  }

  add(offset: number, power: number): void {
    this.#offsets.copyWithin(1, 0, RECENT_MATCHES);
    this.#powers.copyWithin(1, 0, RECENT_MATCHES);
    this.#offsets[0] = offset;
    this.#powers[0] = power;
    this.#after = 1;
  }

  /** Brings one to the front. Returns its offset. */
  use(index: number): number {
    const from = index + this.#after;
    const offset = this.#offsets[from]!;
    const power = this.#powers[from]!;
    // The places between close up; the one behind the latest match moves only as far as the repeated one stood.
    this.#offsets[from] = this.#offsets[index]!;
    this.#powers[from] = this.#powers[index]!;
    this.#offsets.copyWithin(1, 0, index);
    this.#powers.copyWithin(1, 0, index);
    this.#offsets[0] = offset;
    this.#powers[0] = power;
    this.#after = 1;
    return offset;
  }
}
