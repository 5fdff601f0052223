import type { WindowsEdition } from '../contract/index.ts';
import type { Texts } from './texts.ts';

/** `Windows 11 Pro, x64, nl-NL, 10.0.26100.1742, made 2024-10-01`: what is known of an edition, in one line. */
export function editionText(edition: WindowsEdition, texts: Texts): string {
  const { name, architecture, languages, version, createdAt } = edition;
  const made = createdAt === null ? '' : texts('media:made', { date: createdAt.slice(0, 10) });
  return [name, architecture, languages.join(' '), version, made].filter((part) => part !== '').join(', ');
}
