/**
 * A minimal assembler for WebAssembly: just what the decoders' inner loops need.
 * Every function returns the bytes of an instruction or expression, operands
 * first, so that nested calls read like the expression they compute.
 */
export type Code = readonly number[];
export type Local = number;
/** A place a branch can go to: the end of a block, or the start of a loop. */
export type Label = number;

const VOID = 0x40;

function uleb(value: number): number[] {
  const out: number[] = [];
  do {
    const byte = value & 0x7f;
    value >>>= 7;
    out.push(value ? byte | 0x80 : byte);
  } while (value);
  return out;
}

function sleb(value: bigint): number[] {
  const out: number[] = [];
  for (;;) {
    const byte = Number(value & 0x7fn);
    value >>= 7n;
    if ((value === 0n && !(byte & 0x40)) || (value === -1n && byte & 0x40)) return [...out, byte];
    out.push(byte | 0x80);
  }
}

const binary = (opcode: number) => (a: Code, b: Code): Code => [...a, ...b, opcode];
const unary = (opcode: number) => (a: Code): Code => [...a, opcode];
const load = (opcode: number) => (address: Code, offset = 0): Code => [...address, opcode, 0, ...uleb(offset)];
const store = (opcode: number) => (address: Code, value: Code, offset = 0): Code => [...address, ...value, opcode, 0, ...uleb(offset)];

export const num = (value: number): Code => [0x41, ...sleb(BigInt(value | 0))];
export const get = (local: Local): Code => [0x20, ...uleb(local)];
export const set = (local: Local, value: Code): Code => [...value, 0x21, ...uleb(local)];
export const eqz = unary(0x45);
export const eq = binary(0x46);
export const ltU = binary(0x49);
export const clz = unary(0x67);
export const ctz = unary(0x68);
export const gtU = binary(0x4b);
export const ltS = binary(0x48);
export const geU = binary(0x4f);
export const add = binary(0x6a);
export const sub = binary(0x6b);
export const mul = binary(0x6c);
export const and = binary(0x71);
export const or = binary(0x72);
export const shl = binary(0x74);
export const shrS = binary(0x75);
export const shrU = binary(0x76);
export const xor = binary(0x73);
export const rotl = binary(0x77);
export const load32 = load(0x28);
export const load8 = load(0x2d);
export const load16 = load(0x2f);
export const store32 = store(0x36);
export const store8 = store(0x3a);
export const store16 = store(0x3b);
export const load64 = load(0x29);
export const store64 = store(0x37);
export const eqz64 = unary(0x50);
export const ctz64 = unary(0x7a);
export const sub64 = binary(0x7d);
export const mul64 = binary(0x7e);
export const and64 = binary(0x83);
export const or64 = binary(0x84);
export const xor64 = binary(0x85);
export const shl64 = binary(0x86);
export const shrU64 = binary(0x88);
/** A negative number, or one of less than 2^63. */
export const num64 = (value: number | bigint): Code => [0x42, ...sleb(BigInt(value))];
export const wrap64 = unary(0xa7);
export const extend64 = unary(0xad);
/** Sixteen bytes at once. */
export const load128 = (address: Code, offset = 0): Code => [...address, 0xfd, 0, 0, ...uleb(offset)];
/** The same byte sixteen times. */
export const bytes128 = (byte: number): Code => [0xfd, 12, ...Array.from({ length: 16 }, () => byte)];
/** 255 for each byte that is alike in both, else 0. */
export const eqBytes = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 35];
export const and128 = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 78];
export const or128 = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 80];
/** The highest bit of each byte, that of the first one lowest. */
export const bitmask = (a: Code): Code => [...a, 0xfd, 100];

/** How many blocks enclose the code being built: a branch names its target by counting outwards. */
let depth = 0;

function scope(opcode: number, head: Code, parts: ((label: Label) => Code)[]): Code {
  depth++;
  const label = depth;
  const bodies = parts.map((part) => part(label));
  depth--;
  const [first = [], ...rest] = bodies;
  return [...head, opcode, VOID, ...first, ...rest.flatMap((body) => [0x05, ...body]), 0x0b];
}

export const block = (body: (label: Label) => Code): Code => scope(0x02, [], [body]);
export const loop = (body: (label: Label) => Code): Code => scope(0x03, [], [body]);
export const when = (condition: Code, then: () => Code, otherwise?: () => Code): Code =>
  scope(0x04, condition, otherwise ? [then, otherwise] : [then]);
export const br = (label: Label): Code => [0x0c, ...uleb(depth - label)];
export const brIf = (label: Label, condition: Code): Code => [...condition, 0x0d, ...uleb(depth - label)];
export const ret = (value: Code): Code => [...value, 0x0f];
export const seq = (...parts: Code[]): Code => parts.flat();
/** `to` and `from` may overlap. */
export const copyMemory = (to: Code, from: Code, bytes: Code): Code => [...to, ...from, ...bytes, 0xfc, 10, 0, 0];
export const fillMemory = (to: Code, byte: Code, bytes: Code): Code => [...to, ...byte, ...bytes, 0xfc, 11, 0];
/** @param index of the function in its module */
export const call = (index: number, ...operands: Code[]): Code => [...operands.flat(), 0x10, ...uleb(index)];
/** Numbers for a function's parameters and the locals that follow them, by name. */
export const numbered = <const Name extends string>(...names: readonly Name[]): Readonly<Record<Name, Local>> =>
  Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, Local>;

export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;

export interface FunctionSpec {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly result: number;
  /** Types of the locals that follow the parameters. */
  readonly locals: readonly number[];
  readonly body: Code;
}

/**
 * The bytes of a module that imports its memory as `env.memory` and exports `functions`.
 * @param sharedPages of a memory that threads share, at most; null: it is the instance's own
 */
export function assemble(functions: readonly FunctionSpec[], sharedPages: number | null = null): Uint8Array<ArrayBuffer> {
  const name = (text: string): number[] => [...uleb(text.length), ...Buffer.from(text, 'latin1')];
  const vector = (items: Code[]): number[] => [...uleb(items.length), ...items.flat()];
  const section = (id: number, content: Code): number[] => [id, ...uleb(content.length), ...content];
  const sized = (content: Code): number[] => [...uleb(content.length), ...content];
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, vector(functions.map((f) => [0x60, ...vector(f.parameters.map((p) => [p])), 1, f.result]))),
    ...section(2, vector([[...name('env'), ...name('memory'), 2, ...(sharedPages === null ? [0, 1] : [3, 1, ...uleb(sharedPages)])]])),
    ...section(3, vector(functions.map((_, index) => uleb(index)))),
    ...section(7, vector(functions.map((f, index) => [...name(f.name), 0, ...uleb(index)]))),
    ...section(10, vector(functions.map((f) => sized([...vector(f.locals.map((type) => [1, type])), ...f.body, 0x0b])))),
  ]);
}
