import { EngineError } from '../../native-free-engine/index.ts';
import type { WindowsEdition } from '../contract/index.ts';
import { parseNumbers } from './sizes.ts';

const NUMBERS = /^[\d\s,-]+$/;

/**
 * Numbers of editions as somebody names them: `6`, `1,3-5`, `Windows 11 Pro`, or what the disc calls it, `Professional`. Capitals make no
 * difference. A name means every edition that has it: one for each architecture.
 * @param asked what was said of each
 * @throws EngineError `edition-not-found`, `argument-invalid`
 */
export function editionNumbers(asked: readonly string[], editions: readonly WindowsEdition[]): number[] {
  const missing = (name: string) => new EngineError('edition-not-found', { name, editions: editions.map(({ index, name: each }) => `${index} ${each}`).join(', ') });
  const numbers = asked.flatMap((text) => {
    if (NUMBERS.test(text)) {
      const found = parseNumbers(text);
      const none = editions.length === 0 ? undefined : found.find((number) => !editions.some(({ index }) => index === number));
      if (none !== undefined) throw missing(String(none));
      return found;
    }
    const wanted = folded(text);
    const found = editions.filter(({ name, edition }) => folded(name) === wanted || folded(edition) === wanted);
    if (found.length === 0) throw missing(text.trim());
    return found.map(({ index }) => index);
  });
  return [...new Set(numbers)];
}

const folded = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').toLowerCase();
