import { EngineError } from '../../base/errors.ts';
import { markedEncoding } from '../../struct/index.ts';

/** No driver package's INF comes near this; what is larger is something else (bytes). */
export const MAX_INF_BYTES = 8 * 1024 * 1024;

/**
 * The text of an INF. Windows takes UTF-16 with a byte order mark and ANSI; UTF-8 with a mark is met as well. Without a mark,
 * two bytes a character show themselves by their zeros. ANSI is read as code page 1252: only descriptions can come out wrong.
 * @throws EngineError `inf-too-large`, `inf-invalid`
 */
export function infText(bytes: Uint8Array, path: string): string {
  if (bytes.length > MAX_INF_BYTES) throw new EngineError('inf-too-large', { path, size: bytes.length, limit: MAX_INF_BYTES });
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes);
  // Text has no zeros: this is a binary that is only called .inf.
  if (text.slice(0, 4096).includes('\0')) throw new EngineError('inf-invalid', { path, reason: 'not-text' });
  return text;
}

function encodingOf(bytes: Uint8Array): string {
  const marked = markedEncoding(bytes);
  if (marked) return marked;
  const [a, b] = bytes;
  if (bytes.length >= 4 && a !== 0 && b === 0 && bytes[3] === 0) return 'utf-16le';
  if (bytes.length >= 4 && a === 0 && b !== 0 && bytes[2] === 0) return 'utf-16be';
  return 'windows-1252';
}
