export const LANGUAGES = ['en', 'nl'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A text by `namespace:key`, its placeholders filled. Nothing is escaped. */
export type Texts = (key: string, params?: Readonly<Record<string, string | number>>) => string;
