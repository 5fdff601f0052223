import { expect, test } from 'vitest';

type Tree = { readonly [key: string]: string | Tree };

const locales = import.meta.glob<Tree>('../../resources/locales/*/*.json', { eager: true, import: 'default' });
const sources = import.meta.glob<string>('../../src/renderer/**/*.{ts,tsx}', { eager: true, query: '?raw', import: 'default' });
const OURS = ['app', 'wizard', 'progress', 'report-view', 'check', 'history', 'winpe'];

const flatten = (tree: Tree, prefix: string): string[] =>
  Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [`${prefix}${key}`] : flatten(value, `${prefix}${key}.`)));

/** `wizard:disks.hidden_one` and `…_other` are one text to whoever asks for it. */
const known = (language: string): Set<string> => new Set(
  Object.entries(locales)
    .filter(([path]) => path.includes(`/${language}/`))
    .flatMap(([path, tree]) => flatten(tree, `${/([\w-]+)\.json$/.exec(path)?.[1]}:`))
    .map((key) => key.replace(/_(zero|one|other)$/, '')),
);

/** Keys as they stand in the sources; `${…}` in one stands for one more word. */
const used = [...new Set(Object.values(sources).flatMap((source) => [...source.matchAll(/['"`]((?:app|wizard|progress|report-view|check|history|winpe|windows|media|jobs|disks|errors):[\w.${}-]+?)['"`]/g)].map((match) => match[1]!)))];
const pattern = (key: string) => new RegExp(`^${key.replaceAll('.', '\\.').replace(/\$\{[^}]*\}/g, '[\\w-]+')}$`);

test('there is something to check', () => {
  expect(Object.keys(sources).length).toBeGreaterThan(40);
  expect(used.length).toBeGreaterThan(150);
});

test.each(['en', 'nl'])('every text that the window asks for exists (%s)', (language) => {
  const all = [...known(language)];
  expect(used.filter((key) => !all.some((found) => pattern(key).test(found)))).toEqual([]);
});

test('the window has no text that it never asks for', () => {
  const patterns = used.map(pattern);
  const ours = [...known('en')].filter((key) => OURS.includes(key.split(':')[0]!));
  expect(ours.filter((key) => !patterns.some((one) => one.test(key)))).toEqual([]);
});

test.each([['en', ''], ['nl', 'Een ']])('a wizard is called the same on its card and above its steps (%s)', (language, article) => {
  const of = (namespace: string) => locales[`../../resources/locales/${language}/${namespace}.json`] as unknown as Record<string, Record<string, { title?: string } & string>>;
  const { home } = of('app');
  const bare = (title: string) => (title.startsWith(article) ? title.slice(article.length) : title).toLowerCase();
  const titles = Object.entries(of('jobs')['kind']!).filter(([kind]) => home![kind]?.title !== undefined);
  expect(titles.length).toBe(10);
  for (const [kind, title] of titles) expect(bare(home![kind]!.title!), kind).toBe(title.toLowerCase());
});

test.each(OURS)('%s has the same keys in both languages', (namespace) => {
  const keys = (language: string) => flatten(locales[`../../resources/locales/${language}/${namespace}.json`]!, '').sort();
  expect(keys('nl')).toEqual(keys('en'));
});
