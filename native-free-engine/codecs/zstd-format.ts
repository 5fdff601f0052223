/** Frame headers of Zstandard: RFC 8878, sections 3.1.1.1 and 3.1.2. */
const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;

/** Magic, descriptor, window, dictionary id and content size at their longest. */
export const MAX_FRAME_HEADER_BYTES = 18;

export interface FrameHeader {
  /** Bytes of the header itself, the magic included. */
  readonly length: number;
  readonly windowSize: number;
  /** In bytes, or null when the frame does not say. */
  readonly contentSize: number | null;
  readonly hasChecksum: boolean;
  readonly hasDictionary: boolean;
}

/** What the four bytes begin. */
export function zstdMagic(bytes: Uint8Array): 'frame' | 'skippable' | null {
  if (bytes.length < 4) return null;
  const magic = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (magic === FRAME_MAGIC) return 'frame';
  return (magic & ~0xf) >>> 0 === SKIPPABLE_MAGIC ? 'skippable' : null;
}

/** The header at the front of `bytes`; `short` when more bytes are needed. */
export function parseFrameHeader(bytes: Uint8Array): FrameHeader | 'short' | 'invalid' {
  if (bytes.length < 6) return 'short';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const descriptor = view.getUint8(4);
  if (descriptor & 0x08) return 'invalid';
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const length = 5 + (singleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
  if (bytes.length < length) return 'short';

  const at = length - sizeBytes;
  let contentSize: number | null = null;
  if (sizeBytes === 1) contentSize = view.getUint8(at);
  else if (sizeBytes === 2) contentSize = view.getUint16(at, true) + 256;
  else if (sizeBytes === 4) contentSize = view.getUint32(at, true);
  else if (sizeBytes === 8) contentSize = Number(view.getBigUint64(at, true));
  if (contentSize !== null && !Number.isSafeInteger(contentSize)) return 'invalid';

  const windowDescriptor = view.getUint8(5);
  const windowBase = 2 ** (10 + (windowDescriptor >> 3));
  const windowSize = singleSegment ? (contentSize ?? 0) : windowBase + (windowBase / 8) * (windowDescriptor & 7);
  let hasDictionary = false;
  for (let index = length - sizeBytes - dictionaryBytes; index < at; index++) hasDictionary ||= view.getUint8(index) !== 0;
  return { length, windowSize, contentSize, hasChecksum: (descriptor & 0x04) !== 0, hasDictionary };
}
