import { printable } from '../texts/printable.ts';

/** Markup that is safe to put in a page as it is; made only by {@link html}. */
export interface Html {
  readonly markup: string;
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
