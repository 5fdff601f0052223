/**
 * A decoder that runs in a thread of its own: it is given pieces of input as
 * they come and gives output as far as they go.
 */
export interface ChunkDecoder {
  push(piece: Uint8Array): void;
  /** No more input will come. */
  finish(): void;
  /**
   * The next output, good until the next call; `hungry` when it takes more input first; `finished` at the end.
   * @throws DecodeFault
   */
  next(): Uint8Array | 'hungry' | 'finished';
}

export type FaultKind = 'corrupt' | 'truncated';

export class DecodeFault extends Error {
  readonly kind: FaultKind;
  constructor(kind: FaultKind, detail: string) {
    super(detail);
    this.kind = kind;
  }
}
