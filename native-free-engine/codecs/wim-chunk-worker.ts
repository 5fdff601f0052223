import { parentPort } from 'node:worker_threads';
import { toEngineError } from '../base/errors.ts';
import { LzmsPlace } from './lzms/decompress.ts';
import { createChunkCompressor, createChunkDecompressor } from './wim-chunk.ts';
import type { BatchAnswer, BatchMemory, BatchOrder, ChunkWork } from './wim-crew-protocol.ts';

/** Writes the result for `chunk` at the start of `output`; returns its length. */
type ChunkHand = (chunk: Uint8Array, output: Uint8Array, unpacked: number) => number;

/** The last one, since orders of one kind come in a row; its tables may take many megabytes. */
let kept: { readonly work: ChunkWork; readonly hand: ChunkHand } | null = null;

function handFor(work: ChunkWork): ChunkHand {
  if (kept?.work.kind === work.kind && kept.work.compression === work.compression && kept.work.chunkSize === work.chunkSize) return kept.hand;
  kept = null;
  kept = { work, hand: work.kind === 'unpack' ? unpacker(work.compression, work.chunkSize) : packer(work.compression, work.chunkSize) };
  return kept.hand;
}

function unpacker(...kind: Parameters<typeof createChunkDecompressor>): ChunkHand {
  const decompressor = createChunkDecompressor(...kind);
  return (chunk, output, unpacked) => {
    decompressor.decompress(chunk, output.subarray(0, unpacked));
    return unpacked;
  };
}

function packer(...kind: Parameters<typeof createChunkCompressor>): ChunkHand {
  const compressor = createChunkCompressor(...kind);
  return (chunk, output) => {
    const result = compressor.compress(chunk) ?? chunk;
    output.set(result);
    return result.length;
  };
}

function unpackInPlace({ chunkSize }: ChunkWork, memory: WebAssembly.Memory, length: number, unpacked: number): void {
  const place = new LzmsPlace(chunkSize, memory);
  createChunkDecompressor('lzms', chunkSize, memory).decompress(place.packed(length), place.unpacked(unpacked));
}

function execute({ work, lengths, unpacked }: BatchOrder, memory: BatchMemory): number[] {
  const hand = handFor(work);
  const input = new Uint8Array(memory.input);
  const output = new Uint8Array(memory.output);
  let from = 0;
  let to = 0;
  return lengths.map((length, index) => {
    const made = hand(input.subarray(from, from + length), output.subarray(to), unpacked[index] ?? 0);
    from += length;
    to += made;
    return made;
  });
}

parentPort?.on('message', (order: BatchOrder) => {
  const { id, memory, lengths: packed, unpacked } = order;
  try {
    if (memory instanceof WebAssembly.Memory) {
      unpackInPlace(order.work, memory, packed[0]!, unpacked[0]!);
      parentPort?.postMessage({ id, memory: null, lengths: unpacked } satisfies BatchAnswer);
      return;
    }
    const lengths = execute(order, memory);
    parentPort?.postMessage({ id, memory, lengths } satisfies BatchAnswer, [memory.input, memory.output]);
  } catch (error) {
    parentPort?.postMessage({ id, error: toEngineError(error).toPlain() } satisfies BatchAnswer);
  }
});
