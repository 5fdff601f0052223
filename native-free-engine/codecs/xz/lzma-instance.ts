import { MEMORY, PARAMETERS, buildDecode } from './lzma-module.ts';
import {
  I32, I64, add, and, block, br, brIf, extend64, geU, get, load64, load8, loop, ltU, num, num64, seq, set, shl,
  shrU64, sub, wrap64, xor64, type Code,
} from '../wasm/assembler.ts';
import { WasmProgram } from '../wasm/instance.ts';

/** CRC-64/XZ, eight bytes a step by eight tables of 256. */
function buildCrc64(): { locals: number[]; body: Code } {
  const [pos, end, crc, word] = [0, 1, 2, 3] as const;
  const table = (index: number, byte: Code): Code => load64(add(shl(byte, num(3)), num(MEMORY.crc64Table + index * 2048)));
  const byteOf = (n: number): Code => and(wrap64(shrU64(get(word), num64(n * 8))), num(255));
  const body = seq(
    block((done) =>
      loop((again) =>
        seq(
          brIf(done, ltU(sub(get(end), get(pos)), num(8))),
          set(word, xor64(get(crc), load64(get(pos)))),
          set(crc, [0, 1, 2, 3, 4, 5, 6, 7].map((n) => table(7 - n, byteOf(n))).reduce((a, b) => xor64(a, b))),
          set(pos, add(get(pos), num(8))),
          br(again),
        ),
      ),
    ),
    block((done) =>
      loop((again) =>
        seq(
          brIf(done, geU(get(pos), get(end))),
          set(word, xor64(get(crc), extend64(load8(get(pos))))),
          set(crc, xor64(table(0, byteOf(0)), shrU64(get(crc), num64(8)))),
          set(pos, add(get(pos), num(1))),
          br(again),
        ),
      ),
    ),
    get(crc),
  );
  return { locals: [I64], body };
}

function fillCrc64Table(memory: WebAssembly.Memory): void {
  const table = new BigUint64Array(memory.buffer, MEMORY.crc64Table, 8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0xc96c5795d7870f42n : crc >> 1n;
    table[byte] = crc;
  }
  for (let index = 256; index < table.length; index++) {
    const before = table[index - 256] ?? 0n;
    table[index] = (before >> 8n) ^ (table[Number(before & 255n)] ?? 0n);
  }
}

interface LzmaExports {
  /** Decodes the chunk at `inPos` to `pos .. outEnd`. Returns 0, or anything else when the chunk is corrupt. */
  decode(inPos: number, inEnd: number, pos: number, outEnd: number, dictStart: number, lc: number, lpMask: number, pbMask: number): number;
  /** Continues a CRC-64 (kept inverted by the caller) over memory `pos .. end`. */
  crc64(pos: number, end: number, crc: bigint): bigint;
}

export type LzmaModule = LzmaExports & { readonly memory: WebAssembly.Memory };

const program = new WasmProgram<LzmaExports>(() => [
  { name: 'decode', parameters: PARAMETERS.map(() => I32), result: I32, ...buildDecode() },
  { name: 'crc64', parameters: [I32, I32, I64], result: I64, ...buildCrc64() },
]);

/** A decoder with a memory of its own, with room for `dictionaryBytes` after {@link MEMORY}.dictionary. */
export function instantiateLzma(dictionaryBytes: number): LzmaModule {
  const instance = program.instantiate(MEMORY.dictionary + dictionaryBytes);
  fillCrc64Table(instance.memory);
  return instance;
}
