import i18next, { type TFunction } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { checkWords, nameBehind, nounFor, paramsInWords, partitionFor, type CheckResult, type FormatOptions, type PlainError } from '../../contract/index.ts';
import { formatBytes, formatMoment } from '../formatting/numbers.ts';

const files = import.meta.glob<Record<string, unknown>>('../../../resources/locales/*/*.json', { eager: true, import: 'default' });

/** `…/locales/nl/errors.json` becomes `resources.nl.errors`, and `errors-media.json` joins it. */
function resources(): Record<string, Record<string, Record<string, unknown>>> {
  const found: Record<string, Record<string, Record<string, unknown>>> = {};
  for (const [path, texts] of Object.entries(files)) {
    const [, language, namespace] = /\/([a-z]{2})\/([\w-]+)\.json$/.exec(path) ?? [];
    if (!language || !namespace) continue;
    const shared = namespace.replace(/^errors-.*/, 'errors');
    const own = (found[language] ??= {});
    own[shared] = { ...own[shared], ...texts };
  }
  return found;
}

/** Texts are part of the bundle, so the first screen never shows a key. */
export async function startTexts(language: 'en' | 'nl'): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: resources(),
    lng: language,
    fallbackLng: 'en',
    defaultNS: 'app',
    interpolation: { escapeValue: false },
  });
  i18next.services.formatter?.add('bytes', (value: unknown, shown) => formatBytes(shown ?? 'en', Number(value)));
  i18next.services.formatter?.add('moment', (value: unknown, shown) => formatMoment(shown ?? 'en', String(value)));
  i18next.services.formatter?.add('noun', (value: unknown, _shown, options: FormatOptions) => nounFor(value, options));
  i18next.services.formatter?.add('partition', (value: unknown, _shown, options: FormatOptions) => partitionFor(value, options, (key, params) => i18next.t(key, params)));
  i18next.services.formatter?.add('named', (value: unknown) => nameBehind(value));
  showLanguage(language);
}

export async function changeLanguage(language: 'en' | 'nl'): Promise<void> {
  await i18next.changeLanguage(language);
  showLanguage(language);
}

function showLanguage(language: string): void {
  document.documentElement.lang = language;
}

/** The text at `key`, or `fallback` where no language has it. */
export function textOr(t: TFunction, key: string, fallback: string, params: Record<string, string | number> = {}): string {
  return i18next.exists(key) ? t(key, params) : fallback;
}

/**
 * Title and remedy of an error; one without texts still shows its code and what the other side said.
 * `window` is the remedy where it is done in another way here than in a terminal.
 */
export function errorTexts(t: TFunction, error: PlainError): { title: string; remedy: string } {
  const fallback = error.detail || t('app:error.unknown-remedy');
  const params = paramsInWords(error.code, error.params, finder(t));
  return {
    title: textOr(t, `errors:${error.code}.title`, t('app:error.unknown-title', { code: error.code }), params),
    remedy: textOr(t, `errors:${error.code}.window`, textOr(t, `errors:${error.code}.remedy`, fallback, params), params),
  };
}

/** What a check found, or what it says of how it came to know. */
export const checkText = (t: TFunction, check: CheckResult['check'], part: 'finding' | 'evidence', said: CheckResult['finding']): string => checkWords(check, part, said, finder(t));

const finder = (t: TFunction) => (key: string, params: Readonly<Record<string, string | number>>): string | null => (i18next.exists(key) ? t(key, params) : null);
