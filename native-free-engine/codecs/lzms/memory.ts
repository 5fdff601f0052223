import { CODE_BYTES } from '../huffman/wasm-code.ts';
import { LENGTH_SLOTS, MAX_OFFSET_SYMBOLS, STATES } from './format.ts';

/** An adaptive code is a code, then how often each of its symbols occurred: 32 bits each. */
const ADAPTIVE_BYTES = CODE_BYTES + 4 * MAX_OFFSET_SYMBOLS;
/** Of one state of a model: the last 64 decisions, 64 bits; how many of these were zeros, 32 bits. */
export const STATE_BYTES = 16;
export const ZEROS = 8;

/** Addresses in a decoder's memory: adaptive codes, models of decisions, and what they are made with. */
export const ADDRESS = (() => {
  let end = 0;
  const take = (bytes: number): number => {
    const start = end;
    end += Math.ceil(bytes / 64) * 64;
    return start;
  };
  const code = (): number => take(ADAPTIVE_BYTES);
  const model = (states: number): number => take(states * STATE_BYTES);
  return {
    literal: code(),
    length: code(),
    offset: code(),
    deltaOffset: code(),
    deltaPower: code(),
    isMatch: model(STATES.main),
    isDelta: model(STATES.match),
    isRepeat: model(STATES.lz),
    isDeltaRepeat: model(STATES.delta),
    repeat0: model(STATES.repeat),
    repeat1: model(STATES.repeat),
    deltaRepeat0: model(STATES.repeat),
    deltaRepeat1: model(STATES.repeat),
    offsetBases: take(4 * MAX_OFFSET_SYMBOLS),
    offsetExtraBits: take(MAX_OFFSET_SYMBOLS),
    lengthBases: take(4 * LENGTH_SLOTS.bases.length),
    lengthExtraBits: take(LENGTH_SLOTS.bases.length),
    /** What is needed only while a code is made. */
    places: take(4 * 128),
    nodes: take(4 * (MAX_OFFSET_SYMBOLS + 1)),
    sums: take(4 * MAX_OFFSET_SYMBOLS),
    parents: take(2 * MAX_OFFSET_SYMBOLS),
    depths: take(MAX_OFFSET_SYMBOLS),
    counts: take(4 * 17),
    lengths: take(MAX_OFFSET_SYMBOLS),
    lastUse: take(4 << 16),
    /** Before the input come as many zeros as an item can take. */
    input: take(64) + 64,
  };
})();
