/** The names that people know the checksums by. */
export const ALGORITHM_NAMES = { sha256: 'SHA-256', sha1: 'SHA-1', md5: 'MD5' } as const;

/** What a typed checksum is, judged by its prefix and its length; the engine judges again. */
export type TypedChecksum =
  | { readonly kind: 'empty' }
  | { readonly kind: 'valid'; readonly algorithm: 'sha256' | 'sha1' | 'md5'; readonly hex: string }
  | { readonly kind: 'invalid'; readonly digits: number };

const HEX_DIGITS = { sha256: 64, sha1: 40, md5: 32 } as const;
const ALGORITHMS = ['sha256', 'sha1', 'md5'] as const;

/** Accepts `sha256:…`, `SHA-1 …` or bare hexadecimal, with any white space around. */
export function readTypedChecksum(typed: string): TypedChecksum {
  const text = typed.trim().toLowerCase();
  if (text === '') return { kind: 'empty' };
  const prefix = /^(sha-?256|sha-?1|md5)\s*[:= ]\s*/.exec(text);
  const named = ALGORITHMS.find((algorithm) => algorithm === prefix?.[1]?.replace('-', ''));
  const hex = text.slice(prefix?.[0].length ?? 0);
  const fitting = ALGORITHMS.find((algorithm) => HEX_DIGITS[algorithm] === hex.length);
  const valid = /^[0-9a-f]+$/.test(hex) && fitting !== undefined && (named === undefined || named === fitting);
  return valid ? { kind: 'valid', algorithm: fitting, hex } : { kind: 'invalid', digits: hex.length };
}
