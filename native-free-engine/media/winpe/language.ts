import { EngineError } from '../../base/errors.ts';
import type { TreeEntry } from '../../io/file-tree.ts';

/** Texts of Windows' own programs lie in a folder of their language beside them. */
const TEXTS = /^windows\/system32\/([a-z]{2,3}(?:-[a-z]{4})?-[a-z]{2})\/[^/]+\.mui$/i;

/**
 * Checks that an image speaks a language: WinPE has the texts of the languages that were put into it, most often of one.
 * @param image files of the image
 * @throws EngineError `winpe-language`, naming those that it has
 */
export function checkLanguage(image: readonly TreeEntry[], language: string): void {
  const names = image.flatMap((entry) => (entry.kind === 'file' ? (TEXTS.exec(entry.path)?.[1] ?? []) : []));
  const known = [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].sort();
  if (!known.some((name) => name.toLowerCase() === language.toLowerCase())) throw new EngineError('winpe-language', { language, known: known.join(', ') || '-' });
}
