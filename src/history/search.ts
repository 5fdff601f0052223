import type { HistoryEntry } from '../contract/index.ts';

/** Neither case nor accents matter to who looks for something. */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** The entries in which every word of `query` is found: of a machine, a disk, a serial number, an image, a day or an outcome. */
export function matching(entries: readonly HistoryEntry[], query: string): HistoryEntry[] {
  const words = plain(query).split(/\s+/).filter((word) => word !== '');
  return entries.filter((entry) => {
    const text = plain(entry.words);
    return words.every((word) => text.includes(word));
  });
}
