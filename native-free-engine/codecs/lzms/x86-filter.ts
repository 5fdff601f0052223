/**
 * Before packing, relative addresses in what looks like x86 code were made absolute; this makes them relative again. What
 * looks like code is found out on the way, from where each target (its lowest 16 bits) was last used.
 */
import {
  I32, V128, add, and, and128, bitmask, block, br, brIf, bytes128, ctz, eq, eqBytes, eqz, geU, get, gtU, load128, load16, load32, load8, loop, ltU, num, numbered, or,
  or128, ret, seq, set, shl, store32, sub, when, type Code, type FunctionSpec, type Local,
} from '../wasm/assembler.ts';
import { ADDRESS } from './memory.ts';

/** An instruction is translated within so many bytes behind the last one that surely is one; calls within half of that. */
const REACH = 1023;
/** Two instructions with one target within so many bytes surely are ones. */
const WINDOW = 65535;
/** The last bytes of a chunk are left alone, and so are chunks of hardly more. */
const TAIL_BYTES = 16;
const SMALLEST = 18;

const OPERAND_BYTES = 4;
/** An unconditional jump with its operand. */
const JUMP = 0xe9;
const JUMP_BYTES = 5;
const CALL = 0xe8;

/** `restore(chunk, end)`: the unpacked chunk, in place. Places of use are kept with so much added that 0, which is there at first, is too far back. */
export function restore(): FunctionSpec {
  const v = numbered('chunk', 'end', 'at', 'byte', 'second', 'third', 'opcode', 'operand', 'position', 'sure', 'use', 'firsts', 'seconds');
  const inc = (local: Local, by: number): Code => set(local, add(get(local), num(by)));
  const is = (local: Local, value: number): Code => eq(get(local), num(value));

  /** To the next place where an instruction with a relative address may begin, sixteen at a time. Up to 18 bytes behind the end are looked at: the tail and two more. */
  const find = (): Code => {
    const first = (value: number, ofBits = 0xff): Code => eqBytes(and128(get(v.firsts), bytes128(ofBits)), bytes128(value));
    const second = (value: number): Code => eqBytes(get(v.seconds), bytes128(value));
    const third = (value: number, ofBits: number): Code => eqBytes(and128(load128(get(v.at), 2), bytes128(ofBits)), bytes128(value));
    // 48 or 4C, then 8D or 8B, then what addresses by the instruction; E8 or E9; F0 83; FF 15.
    const begins = [
      and128(first(0x48, 0xfb), and128(or128(second(0x8d), second(0x8b)), third(5, 7))),
      first(CALL, 0xfe),
      and128(first(0xf0), second(0x83)),
      and128(first(0xff), second(0x15)),
    ].reduce((a, b) => or128(a, b));
    return block((found) =>
      loop((again) =>
        seq(
          set(v.firsts, load128(get(v.at))),
          set(v.seconds, load128(get(v.at), 1)),
          set(v.use, bitmask(begins)),
          when(get(v.use), () => seq(set(v.at, add(get(v.at), ctz(get(v.use)))), br(found))),
          inc(v.at, 16),
          brIf(again, ltU(get(v.at), get(v.end))),
        ),
      ),
    );
  };
  /** How many bytes stand before the relative address; 0 for another instruction. */
  const opcodeBytes = (): Code => {
    const address = (): Code => and(is(v.second, 0x8d), eq(and(get(v.third), num(7)), num(5)));
    const load = (): Code => and(is(v.second, 0x8b), eq(or(get(v.third), num(8)), num(0x0d)));
    const threeWhen = (condition: Code): Code => when(condition, () => set(v.opcode, num(3)));
    return seq(
      set(v.opcode, num(0)),
      set(v.second, load8(get(v.at), 1)),
      set(v.third, load8(get(v.at), 2)),
      when(is(v.byte, 0x48), () => threeWhen(or(address(), load())), () =>
        when(is(v.byte, CALL), () => set(v.opcode, num(1)), () =>
          when(is(v.byte, 0x4c), () => threeWhen(address()), () =>
            when(is(v.byte, 0xff), () => when(is(v.second, 0x15), () => set(v.opcode, num(2))), () =>
              threeWhen(and(is(v.second, 0x83), is(v.third, 5))),
            ),
          ),
        ),
      ),
    );
  };
  const reach = (): Code => seq(set(v.use, num(REACH)), when(is(v.byte, CALL), () => set(v.use, num(REACH >> 1))));

  const body = seq(
    when(ltU(sub(get(v.end), get(v.chunk)), num(SMALLEST)), () => ret(num(0))),
    // The very first byte never counts.
    set(v.at, add(get(v.chunk), num(1))),
    inc(v.end, -TAIL_BYTES),
    set(v.sure, num(-REACH - 1)),
    block((done) =>
      loop((next) =>
        seq(
          find(),
          brIf(done, geU(get(v.at), get(v.end))),
          set(v.byte, load8(get(v.at))),
          when(is(v.byte, JUMP), () => seq(inc(v.at, JUMP_BYTES), br(next))),
          opcodeBytes(),
          when(eqz(get(v.opcode)), () => seq(inc(v.at, 1), br(next))),
          set(v.operand, add(get(v.at), get(v.opcode))),
          set(v.position, sub(get(v.at), get(v.chunk))),
          reach(),
          when(eqz(gtU(sub(get(v.position), get(v.sure)), get(v.use))), () => store32(get(v.operand), sub(load32(get(v.operand)), get(v.position)))),
          set(v.use, shl(and(add(get(v.position), load16(get(v.operand))), num(0xffff)), num(2))),
          set(v.at, add(get(v.operand), num(OPERAND_BYTES))),
          set(v.position, sub(sub(get(v.at), get(v.chunk)), num(1))),
          when(eqz(gtU(sub(add(get(v.position), num(WINDOW + 1)), load32(get(v.use), ADDRESS.lastUse)), num(WINDOW))), () => set(v.sure, get(v.position))),
          store32(get(v.use), add(get(v.position), num(WINDOW + 1)), ADDRESS.lastUse),
          br(next),
        ),
      ),
    ),
    num(0),
  );
  return { name: 'restore', parameters: [I32, I32], result: I32, locals: [...Array.from({ length: 9 }, () => I32), V128, V128], body };
}
