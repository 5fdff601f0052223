/** The thread in which a {@link ChunkDecoder} runs, so that unpacking and writing overlap. Spoken to by decoder-thread.ts. */
import { parentPort } from 'node:worker_threads';
import { Bzip2Decoder } from './bzip2-decoder.ts';
import { DecodeFault, type ChunkDecoder } from './chunk-decoder.ts';
import { PIECE_BYTES, type Answer, type DecoderJob, type ToDecoder } from './decoder-protocol.ts';
import { Lz4Decoder } from './lz4-decoder.ts';
import { Lzma2BlockDecoder } from './xz/block-decoder.ts';

const port = parentPort;
if (!port) throw new Error('decoder-worker.ts runs as a worker thread only');

let id = 0;
let decoder: ChunkDecoder | null = null;
let lzma2: Lzma2BlockDecoder | null = null;
let credit = 0;
let spare: ArrayBuffer[] = [];
/** Decoded bytes that did not fit the piece being filled. */
let rest: Uint8Array = new Uint8Array(0);
let piece = new Uint8Array(0);
let filled = 0;

const send = (answer: Answer, transfer: ArrayBuffer[] = []): void => port.postMessage({ id, ...answer }, transfer);

function makeDecoder(job: DecoderJob): ChunkDecoder {
  if (job.codec === 'bzip2') return new Bzip2Decoder();
  if (job.codec === 'lz4') return new Lz4Decoder();
  // A dictionary is many megabytes: the next block takes over the last one's when it fits.
  if (!lzma2?.reuse(job)) lzma2 = new Lzma2BlockDecoder(job);
  return lzma2;
}

function sendPiece(): void {
  if (filled === 0) return;
  const buffer = piece.buffer;
  send({ kind: 'output', buffer, length: filled }, [buffer]);
  piece = new Uint8Array(0);
  filled = 0;
}

/** Decodes until the input or the credit is used up. */
function run(): void {
  while (decoder) {
    if (rest.length === 0) {
      const result = decoder.next();
      if (result === 'hungry') {
        send({ kind: 'hungry' });
        return;
      }
      if (result === 'finished') {
        sendPiece();
        decoder = null;
        send({ kind: 'done' });
        return;
      }
      rest = result;
    }
    while (rest.length > 0) {
      if (piece.length === 0) {
        if (credit === 0) return;
        credit--;
        piece = new Uint8Array(spare.pop() ?? new ArrayBuffer(PIECE_BYTES));
      }
      const count = Math.min(rest.length, piece.length - filled);
      piece.set(rest.subarray(0, count), filled);
      filled += count;
      rest = rest.subarray(count);
      if (filled === piece.length) sendPiece();
    }
  }
}

port.on('message', (message: ToDecoder) => {
  try {
    switch (message.kind) {
      case 'stop':
        decoder = null;
        return;
      case 'start':
        id = message.id;
        decoder = makeDecoder(message.job);
        credit = message.credit;
        rest = piece = new Uint8Array(0);
        filled = 0;
        return;
      case 'input':
        decoder?.push(message.piece);
        break;
      case 'finish':
        if (message.check && decoder instanceof Lzma2BlockDecoder) decoder.expect(message.check);
        decoder?.finish();
        break;
      case 'taken':
        credit++;
        if (spare.length < 8) spare = [...spare, message.buffer];
    }
    run();
  } catch (error) {
    decoder = null;
    const detail = error instanceof Error ? error.message : String(error);
    send({ kind: 'fault', fault: error instanceof DecodeFault ? error.kind : 'unexpected', detail });
  }
});
