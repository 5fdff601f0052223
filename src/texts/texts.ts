import type { FindText } from '../contract/index.ts';

export const LANGUAGES = ['en', 'nl'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A text by `namespace:key`, its placeholders filled. Nothing is escaped. */
export type Texts = (key: string, params?: Readonly<Record<string, string | number>>) => string;

/** As {@link Texts}, null for a key that has no text. */
export const finder = (texts: Texts): FindText => (key, params) => {
  const text = texts(key, params);
  return text === key.slice(key.indexOf(':') + 1) ? null : text;
};
