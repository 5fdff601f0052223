import type { PlainError } from '../base/errors.ts';
import type { WimCompression } from './wim-chunk-types.ts';

/** What a thread of the crew does with every chunk of a batch. */
export type ChunkWork =
  | { readonly kind: 'unpack'; readonly compression: WimCompression; readonly chunkSize: number }
  | { readonly kind: 'pack'; readonly compression: 'xpress' | 'lzx'; readonly chunkSize: number };

/** Of one batch: chunks one behind another in `input`, results one behind another in `output`. It moves from thread to thread. */
export interface BatchMemory {
  readonly input: ArrayBuffer;
  readonly output: ArrayBuffer;
}

export interface BatchOrder {
  readonly id: number;
  readonly work: ChunkWork;
  /** Of a place for LZMS: the only chunk lies there and is unpacked there, under the eyes of the other thread. */
  readonly memory: BatchMemory | WebAssembly.Memory;
  /** Of each chunk in the input, in bytes. */
  readonly lengths: readonly number[];
  /** Of each chunk unpacked, in bytes; nothing when packing. */
  readonly unpacked: readonly number[];
}

export interface DoneBatch {
  /** Null: that is shared. */
  readonly memory: BatchMemory | null;
  /** Of the results in the output, in bytes. */
  readonly lengths: readonly number[];
}

export type BatchAnswer = ({ readonly id: number } & DoneBatch) | { readonly id: number; readonly error: PlainError };
