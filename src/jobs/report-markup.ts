import type { Language, ReadIn, Texts } from '../texts/index.ts';
import { printable } from '../texts/printable.ts';

/** Markup that is safe to put in a page as it is; made only by {@link html}. */
export interface Html {
  readonly markup: string;
}

/** In which language a report is written. */
export interface Writer {
  readonly texts: Texts;
  readonly language: Language;
  readonly readIn: ReadIn;
}

type Value = string | number | null | undefined | Html | readonly Html[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escape = (text: string): string => printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

function render(value: Value): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value));
  if ('markup' in value) return value.markup;
  return value.map((part) => part.markup).join('');
}

/** A page written as a template: whatever is filled in is escaped, unless it came out of a template itself. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { markup: strings.reduce((text, part, index) => text + render(values[index - 1]) + part) };
}

/**
 * The rows of a table, as table bodies. Paper is short: it gets the first ones and says how many more there are; the
 * screen, and the file for programs, have all of them.
 */
export function tableRows(rows: readonly Html[], onPaper: number, columns: number, texts: Texts): Html {
  const more = rows.length - onPaper;
  if (more <= 0) return html`<tbody>${rows}</tbody>`;
  return html`<tbody>${rows.slice(0, onPaper)}</tbody><tbody class="screen">${rows.slice(onPaper)}</tbody>
<tbody class="paper"><tr><td colspan="${columns}">${texts('report:more', { count: more })}</td></tr></tbody>`;
}

/** Any text as a string of a style sheet: all but plain letters and digits by their numbers, so that nothing in it ends the string. */
export const cssString = (text: string): string => `"${[...printable(text)].map((c) => (/[a-z0-9]/i.test(c) ? c : `\\${c.codePointAt(0)?.toString(16).padStart(6, '0')}`)).join('')}"`;
