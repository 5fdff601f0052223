import type { PlainError } from '../base/errors.ts';
import type { WimCompression } from './wim-chunk-types.ts';

/** What a thread of the crew does with every chunk of a batch. */
export type ChunkWork =
  | { readonly kind: 'unpack'; readonly compression: WimCompression; readonly chunkSize: number }
  | { readonly kind: 'pack'; readonly compression: 'xpress' | 'lzx'; readonly chunkSize: number };

/** One batch: chunks one behind another in `input`, results one behind another in `output`; both are shared memory. */
export interface BatchOrder {
  readonly id: number;
  readonly work: ChunkWork;
  readonly input: Uint8Array<SharedArrayBuffer>;
  readonly output: Uint8Array<SharedArrayBuffer>;
  /** Of each chunk in `input`, in bytes. */
  readonly lengths: readonly number[];
  /** Of each chunk unpacked, in bytes; nothing when packing. */
  readonly unpacked: readonly number[];
}

export type BatchAnswer =
  /** `lengths` of the results in `output`, in bytes. */
  | { readonly id: number; readonly lengths: readonly number[] }
  | { readonly id: number; readonly error: PlainError };
