/**
 * GUIDs as Microsoft and UEFI store them: the first three groups little
 * endian, the last two as written (UEFI specification, appendix A).
 */
const ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;
const GUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const NIL_GUID = '00000000-0000-0000-0000-000000000000';

const hex = (byte: number | undefined): string => (byte ?? 0).toString(16).padStart(2, '0');

const group = (digits: string): string =>
  `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;

/** Sixteen bytes of a mixed-endian GUID as upper-case text. */
export function formatGuid(bytes: Uint8Array): string {
  return group(ORDER.map((index) => hex(bytes[index])).join('')).toUpperCase();
}

/** Sixteen bytes of a UUID stored in the order it is read (RFC 9562, as Linux file systems do), lower case; all zeros give ''. */
export function formatUuid(bytes: Uint8Array): string {
  const digits = Array.from(bytes.subarray(0, 16), hex).join('');
  return /^0*$/.test(digits) ? '' : group(digits);
}

/** @throws RangeError when `text` is not a GUID with its four hyphens */
export function parseGuid(text: string): Uint8Array {
  if (!GUID_TEXT.test(text)) throw new RangeError(`not a GUID: ${text}`);
  const digits = text.replaceAll('-', '');
  const out = new Uint8Array(16);
  ORDER.forEach((index, i) => {
    out[index] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16);
  });
  return out;
}

/** A random GUID (version 4), upper case. */
export function randomGuid(): string {
  return crypto.randomUUID().toUpperCase();
}
