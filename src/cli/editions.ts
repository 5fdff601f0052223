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
  const numbers = asked.flatMap((text) => {
    if (NUMBERS.test(text)) return parseNumbers(text);
    const wanted = folded(text);
    const found = editions.filter(({ name, edition }) => folded(name) === wanted || folded(edition) === wanted);
    if (found.length === 0) throw new EngineError('edition-not-found', { name: text.trim(), editions: editions.map(({ index, name }) => `${index} ${name}`).join(', ') });
    return found.map(({ index }) => index);
  });
  return [...new Set(numbers)];
}

const folded = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').toLowerCase();
