import { constants, createZstdCompress, createZstdDecompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { parseFrameHeader, zstdMagic } from './zstd-format.ts';

/**
 * Whole zstd frames (RFC 8878, 3.1.1), packed and unpacked in the caller's own
 * thread and into the caller's own memory.
 *
 * Node's public calls make a compressor anew for every frame and hand out
 * memory of their own, which costs a third of the time at 256 KiB a frame. Its
 * stream objects can do it in place, through parts that are not documented but
 * are what every zlib wrapper on npm stands on. Where they are not as expected
 * the public calls are used: slower, the same bytes.
 */
interface ZlibHandle {
  onerror: unknown;
  writeSync(flush: number, input: Uint8Array, inputOffset: number, inputLength: number, output: Uint8Array, outputOffset: number, outputLength: number): void;
}
interface Inner {
  readonly handle: ZlibHandle;
  /** Bytes of output left over, bytes of input left over: after the last call. */
  readonly state: Uint32Array;
}

function innerOf(stream: object, onFault: () => void): Inner | null {
  const { _handle: handle, _writeState: state } = stream as { _handle?: ZlibHandle; _writeState?: unknown };
  if (!handle || typeof handle.writeSync !== 'function' || !(state instanceof Uint32Array) || state.length < 2) return null;
  // Told within the call: the stream's own 'error' event would come a turn later.
  handle.onerror = onFault;
  return { handle, state };
}

/** The largest that `length` bytes can become (ZSTD_COMPRESSBOUND, and the frame's head and checksum). */
export const frameBound = (length: number): number => length + (length >> 8) + 512;

/** zstd's parameters; a level sets all that are left out. */
export interface FrameTuning {
  readonly level: number;
  /** Powers of two of the entries of its two tables. */
  readonly hashLog?: number;
  readonly chainLog?: number;
}

/** Packs frames with a content checksum, one after the other. */
export class FrameCompressor {
  readonly #params: Record<number, number>;
  #inner: Inner | null;
  #fault = false;

  constructor({ level, hashLog = 0, chainLog = 0 }: FrameTuning) {
    this.#params = {
      [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1,
      [constants.ZSTD_c_hashLog]: hashLog, [constants.ZSTD_c_chainLog]: chainLog,
    };
    this.#inner = innerOf(createZstdCompress({ params: this.#params }), () => (this.#fault = true));
  }

  /**
   * Packs `input` into `output` and returns the frame's length.
   * @param output at least `frameBound(input.length)` bytes
   */
  compress(input: Uint8Array, output: Uint8Array): number {
    if (this.#inner) {
      const { handle, state } = this.#inner;
      handle.writeSync(constants.ZSTD_e_end, input, 0, input.length, output, 0, output.length);
      if (!this.#fault && state[1] === 0 && state[0]! > 0) return output.length - state[0]!;
      this.#inner = null;
    }
    const packed = zstdCompressSync(input, { params: this.#params, chunkSize: frameBound(input.length) });
    output.set(packed);
    return packed.length;
  }
}

const NOTHING = new Uint8Array(0);
const probe = new Uint8Array(16);

/** Of a frame's descriptor, its fifth byte: a checksum of the contents follows the last block. */
const CHECKSUM_FLAG = 0x04;
const CHECKSUM_BYTES = 4;

/** Unpacks frames, one after the other. */
export class FrameDecompressor {
  readonly #checked: boolean;
  #inner: Inner | null = null;
  #fault = false;

  /** @param checked false: frames' own checksums are not compared, for callers with a hash of the contents */
  constructor({ checked = true } = {}) {
    this.#checked = checked;
    this.#renew();
  }

  /**
   * Unpacks the frame that `input` begins with; what follows it is ignored.
   * @param output exactly as long as the contents
   * @returns false when the frame is damaged, cut short, or does not hold exactly as much
   */
  decompress(input: Uint8Array, output: Uint8Array): boolean {
    const length = frameLength(input);
    if (length === null) return false;
    if (this.#checked || !(input[4]! & CHECKSUM_FLAG)) return this.#unpack(input, length, output);
    // Node does not let on to zstd's own way to leave it out. Without flag and checksum it is as good a frame.
    input[4]! ^= CHECKSUM_FLAG;
    try {
      return this.#unpack(input, length - CHECKSUM_BYTES, output);
    } finally {
      input[4]! ^= CHECKSUM_FLAG;
    }
  }

  #unpack(input: Uint8Array, length: number, output: Uint8Array): boolean {
    if (!this.#inner) return decompressAnew(input.subarray(0, length), output);
    const { handle, state } = this.#inner;
    handle.writeSync(constants.ZSTD_e_continue, input, 0, length, output, 0, output.length);
    if (!this.#fault && state[0] === 0 && state[1] === 0) {
      // Had it more to give, it would give it now.
      handle.writeSync(constants.ZSTD_e_continue, NOTHING, 0, 0, probe, 0, probe.length);
      if (!this.#fault && state[0] === probe.length) return true;
    }
    this.#renew();
    return false;
  }

  /** A decoder that stopped in mid-frame is not used again. */
  #renew(): void {
    this.#fault = false;
    this.#inner = innerOf(createZstdDecompress(), () => (this.#fault = true));
  }
}

function decompressAnew(frame: Uint8Array, output: Uint8Array): boolean {
  try {
    const plain = zstdDecompressSync(frame, { maxOutputLength: output.length, chunkSize: output.length });
    if (plain.length !== output.length) return false;
    output.set(plain);
    return true;
  } catch {
    return false;
  }
}

/** Bytes of the frame at the start of `data`, by its head and its blocks' heads (RFC 8878, 3.1.1); null when it is cut short or none. */
export function frameLength(data: Uint8Array): number | null {
  if (zstdMagic(data) !== 'frame') return null;
  const header = parseFrameHeader(data);
  if (header === 'short' || header === 'invalid') return null;
  let at = header.length;
  for (;;) {
    if (at + 3 > data.length) return null;
    const head = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16);
    const kind = (head >> 1) & 3;
    if (kind === 3) return null;
    // A run-length block stores one byte, however long it is.
    at += 3 + (kind === 1 ? 1 : head >> 3);
    if (head & 1) break;
  }
  at += header.hasChecksum ? 4 : 0;
  return at <= data.length ? at : null;
}
