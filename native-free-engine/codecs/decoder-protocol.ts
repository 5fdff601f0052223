import type { FaultKind } from './chunk-decoder.ts';

/** How the output of a block is checked: by which function, and what it must give. */
export type IntegrityCheck = 'none' | 'crc32' | 'crc64' | 'sha256';

/** What a decoder thread is to do next. */
export type DecoderJob =
  | { readonly codec: 'bzip2' }
  | { readonly codec: 'lz4' }
  | { readonly codec: 'lzma2'; /** In bytes. */ readonly dictionarySize: number; readonly check: IntegrityCheck };

export type ToDecoder =
  /** `id` comes back with every answer; `credit` is how many pieces of output may wait for the reader. */
  | { readonly kind: 'start'; readonly id: number; readonly job: DecoderJob; readonly credit: number }
  /** Nobody wants the rest. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'input'; readonly piece: Uint8Array<ArrayBuffer> }
  /** The input is complete; `check` is what the integrity check must give. */
  | { readonly kind: 'finish'; readonly check: Uint8Array | null }
  /** One piece of output was read; its memory comes back. */
  | { readonly kind: 'taken'; readonly buffer: ArrayBuffer };

export type FromDecoder = { readonly id: number } & Answer;

export type Answer =
  | { readonly kind: 'output'; readonly buffer: ArrayBuffer; readonly length: number }
  /** All input so far was used. */
  | { readonly kind: 'hungry' }
  | { readonly kind: 'done' }
  | { readonly kind: 'fault'; readonly fault: FaultKind | 'unexpected'; readonly detail: string };

/** Output travels in pieces of this many bytes. */
export const PIECE_BYTES = 1 << 20;
