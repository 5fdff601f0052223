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

/** The seek table (Zstandard Seekable Format 0.1.0): a skippable frame at the end that lists all frames. */
const SEEK_TABLE_MAGIC = 0x184d2a5e;
const SEEK_FOOTER_MAGIC = 0x8f92eab1;
export const SEEK_FOOTER_BYTES = 9;
const SKIPPABLE_HEADER_BYTES = 8;

export interface SeekEntry {
  readonly packed: number;
  readonly unpacked: number;
}

/** @param frames sizes in bytes, each below 4 GiB */
export function buildSeekTable(frames: readonly SeekEntry[]): Uint8Array {
  const bytes = new Uint8Array(SKIPPABLE_HEADER_BYTES + frames.length * 8 + SEEK_FOOTER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, SEEK_TABLE_MAGIC, true);
  view.setUint32(4, bytes.length - SKIPPABLE_HEADER_BYTES, true);
  frames.forEach((frame, index) => {
    view.setUint32(SKIPPABLE_HEADER_BYTES + index * 8, frame.packed, true);
    view.setUint32(SKIPPABLE_HEADER_BYTES + index * 8 + 4, frame.unpacked, true);
  });
  view.setUint32(bytes.length - 9, frames.length, true);
  view.setUint32(bytes.length - 4, SEEK_FOOTER_MAGIC, true);
  return bytes;
}

/** The length of the whole table from its last {@link SEEK_FOOTER_BYTES} bytes, or null when they end no table. */
export function seekTableLength(footer: Uint8Array): number | null {
  const view = new DataView(footer.buffer, footer.byteOffset, footer.length);
  const descriptor = view.getUint8(4);
  if (view.getUint32(5, true) !== SEEK_FOOTER_MAGIC || descriptor & 0x7c) return null;
  return SKIPPABLE_HEADER_BYTES + view.getUint32(0, true) * (descriptor & 0x80 ? 12 : 8) + SEEK_FOOTER_BYTES;
}

/** Sums up a table of {@link seekTableLength} bytes; null when it is not one. */
export function parseSeekTable(bytes: Uint8Array): SeekEntry | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== SEEK_TABLE_MAGIC || view.getUint32(4, true) !== bytes.length - SKIPPABLE_HEADER_BYTES) return null;
  const step = view.getUint8(bytes.length - 5) & 0x80 ? 12 : 8;
  let packed = 0;
  let unpacked = 0;
  for (let at = SKIPPABLE_HEADER_BYTES; at < bytes.length - SEEK_FOOTER_BYTES; at += step) {
    packed += view.getUint32(at, true);
    unpacked += view.getUint32(at + 4, true);
  }
  return { packed, unpacked };
}
