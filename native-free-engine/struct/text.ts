/** Padding off: everything from the first zero on, then spaces at the end. */
export function trimText(text: string): string {
  const zero = text.indexOf('\0');
  return (zero < 0 ? text : text.slice(0, zero)).replace(/ +$/, '');
}

/** UTF-8 up to the first zero; bytes that are not UTF-8 become replacement characters. */
export function utf8Text(bytes: Uint8Array): string {
  const zero = bytes.indexOf(0);
  return new TextDecoder().decode(zero < 0 ? bytes : bytes.subarray(0, zero));
}

/** The encoding of a text file by its byte order mark; null where it has none. */
export function markedEncoding([a, b, c]: Uint8Array): 'utf-16le' | 'utf-16be' | 'utf-8' | null {
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return a === 0xef && b === 0xbb && c === 0xbf ? 'utf-8' : null;
}

/** UTF-16, big endian (UDF, Joliet), up to the first zero. */
export function utf16beText(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    const unit = ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  return text;
}

/** True when `text` lies at `at`, one byte a character. */
export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  if (at < 0 || at + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
