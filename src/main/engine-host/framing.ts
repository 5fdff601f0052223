import { EngineError } from '../../../native-free-engine/index.ts';

/** No message of the protocol comes near this; what claims to be longer is not ours. In bytes. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

const HEADER_BYTES = 4;

/** A message as its length (32 bits, big-endian) and its JSON in UTF-8. @throws EngineError `engine-protocol` */
export function encodeFrame(message: unknown, limit = MAX_FRAME_BYTES): Buffer {
  const body = Buffer.from(JSON.stringify(message) ?? 'null', 'utf8');
  if (body.length > limit) throw new EngineError('engine-protocol', { detail: `a message of ${body.length} bytes` });
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.writeUInt32BE(body.length, 0);
  body.copy(frame, HEADER_BYTES);
  return frame;
}

/** Puts messages together again from chunks cut anywhere. Never holds more than one frame and one chunk. */
export class FrameReader {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #held = 0;

  constructor(limit = MAX_FRAME_BYTES) {
    this.#limit = limit;
  }

  /** The messages this chunk completes. After an error the connection is of no more use. @throws EngineError `engine-protocol` */
  push(chunk: Buffer): unknown[] {
    if (chunk.length > 0) this.#chunks.push(chunk);
    this.#held += chunk.length;
    const messages: unknown[] = [];
    for (;;) {
      if (this.#held < HEADER_BYTES) return messages;
      const length = this.#peekLength();
      if (length > this.#limit) throw new EngineError('engine-protocol', { detail: `a frame of ${length} bytes` });
      if (this.#held < HEADER_BYTES + length) return messages;
      messages.push(parse(this.#take(HEADER_BYTES + length).subarray(HEADER_BYTES)));
    }
  }

  #peekLength(): number {
    let head = this.#chunks[0]!;
    if (head.length < HEADER_BYTES) {
      head = Buffer.concat(this.#chunks);
      this.#chunks = [head];
    }
    return head.readUInt32BE(0);
  }

  #take(length: number): Buffer {
    // Joined only now that the frame is whole, so that a frame in many chunks costs one copy.
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    const rest = all.subarray(length);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#held = rest.length;
    return all.subarray(0, length);
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (error) {
    throw new EngineError('engine-protocol', { detail: 'a frame that is not JSON' }, { cause: error });
  }
}
