import { EngineError } from '../../base/errors.ts';
import type { InfSections } from './inf-sections.ts';

const MAX_TEXT = 4096;

/** Puts the texts of an INF in the place of their `%names%`. */
export type Expand = (text: string) => string;

/**
 * The texts of an INF: `[Strings]`, and those of a language, such as `[Strings.0413]`, before them (INF Strings Section).
 * @param language LANGID in hexadecimal, or null for the texts of no language
 */
export function infStrings(sections: InfSections, path: string, language: string | null = null): Expand {
  const texts = new Map<string, string>();
  for (const name of ['strings', ...(language ? [`strings.${language.toLowerCase()}`] : [])]) {
    for (const { key, values } of sections.get(name) ?? []) texts.set(key.toLowerCase(), values.join(','));
  }
  const expand = (text: string, open: readonly string[]): string => {
    if (!text.includes('%')) return text;
    const out = text.replace(/%([^%]*)%/g, (whole, name: string) => {
      if (name === '') return '%';
      const key = name.toLowerCase();
      const found = texts.get(key);
      // A name that nobody explains stays as it is; numbers are folders (dirids).
      if (found === undefined) return whole;
      if (open.includes(key)) throw new EngineError('inf-strings-loop', { path, name });
      const inner = expand(found, [...open, key]);
      if (inner.length > MAX_TEXT) throw new EngineError('inf-strings-loop', { path, name });
      return inner;
    });
    if (out.length > MAX_TEXT * 4) throw new EngineError('inf-strings-loop', { path, name: text.slice(0, 40) });
    return out;
  };
  return (text) => expand(text, []);
}
