import { createInstance } from 'i18next';
import { nameBehind, nounFor, paramsInWords, partitionFor, type FormatOptions, type PlainError } from '../contract/index.ts';
import enAnswerFile from '../../resources/locales/en/answer-file.json' with { type: 'json' };
import enCli from '../../resources/locales/en/cli.json' with { type: 'json' };
import enDisc from '../../resources/locales/en/disc.json' with { type: 'json' };
import enDisks from '../../resources/locales/en/disks.json' with { type: 'json' };
import enErrors from '../../resources/locales/en/errors.json' with { type: 'json' };
import enErrorsMedia from '../../resources/locales/en/errors-media.json' with { type: 'json' };
import enErrorsPreflight from '../../resources/locales/en/errors-preflight.json' with { type: 'json' };
import enJobs from '../../resources/locales/en/jobs.json' with { type: 'json' };
import enMedia from '../../resources/locales/en/media.json' with { type: 'json' };
import enPreflight from '../../resources/locales/en/preflight.json' with { type: 'json' };
import enReasons from '../../resources/locales/en/reasons.json' with { type: 'json' };
import enReport from '../../resources/locales/en/report.json' with { type: 'json' };
import nlAnswerFile from '../../resources/locales/nl/answer-file.json' with { type: 'json' };
import nlCli from '../../resources/locales/nl/cli.json' with { type: 'json' };
import nlDisc from '../../resources/locales/nl/disc.json' with { type: 'json' };
import nlDisks from '../../resources/locales/nl/disks.json' with { type: 'json' };
import nlErrors from '../../resources/locales/nl/errors.json' with { type: 'json' };
import nlErrorsMedia from '../../resources/locales/nl/errors-media.json' with { type: 'json' };
import nlErrorsPreflight from '../../resources/locales/nl/errors-preflight.json' with { type: 'json' };
import nlJobs from '../../resources/locales/nl/jobs.json' with { type: 'json' };
import nlMedia from '../../resources/locales/nl/media.json' with { type: 'json' };
import nlPreflight from '../../resources/locales/nl/preflight.json' with { type: 'json' };
import nlReasons from '../../resources/locales/nl/reasons.json' with { type: 'json' };
import nlReport from '../../resources/locales/nl/report.json' with { type: 'json' };
import { formatBytes, formatMoment } from './format.ts';
import { finder, LANGUAGES, type Language, type Texts } from './texts.ts';

export * from './edition.ts';
export * from './format.ts';
export * from './plan-steps.ts';
export * from './preflight.ts';
export * from './printable.ts';
export * from './texts.ts';

const RESOURCES = {
  en: { 'answer-file': enAnswerFile, cli: enCli, disc: enDisc, disks: enDisks, errors: { ...enErrors, ...enErrorsMedia, ...enErrorsPreflight }, jobs: enJobs, media: enMedia, preflight: enPreflight, reasons: enReasons, report: enReport },
  nl: { 'answer-file': nlAnswerFile, cli: nlCli, disc: nlDisc, disks: nlDisks, errors: { ...nlErrors, ...nlErrorsMedia, ...nlErrorsPreflight }, jobs: nlJobs, media: nlMedia, preflight: nlPreflight, reasons: nlReasons, report: nlReport },
};

/** The texts outside the window: terminal, main process, report. */
export function createTexts(language: Language): Texts {
  const i18next = createInstance({
    lng: language,
    fallbackLng: 'en',
    resources: RESOURCES,
    initAsync: false,
    interpolation: { escapeValue: false },
    missingInterpolationHandler: () => '?',
  });
  void i18next.init();
  i18next.services.formatter?.add('bytes', (value: unknown) =>
    typeof value === 'number' ? formatBytes(value, language) : String(value));
  i18next.services.formatter?.add('moment', (value: unknown) => formatMoment(String(value), language));
  i18next.services.formatter?.add('noun', (value: unknown, _shown, options: FormatOptions) => nounFor(value, options));
  i18next.services.formatter?.add('partition', (value: unknown, _shown, options: FormatOptions) => partitionFor(value, options, (key, params) => i18next.t(key, params)));
  i18next.services.formatter?.add('named', (value: unknown) => nameBehind(value));
  // A volume label of `$t(...)` or `{{...}}` is text like any other.
  return (key, params = {}) => i18next.t(key, { ...params, nest: false, skipOnVariables: true });
}

/** Where somebody reads what to do next: in a terminal a command does it, in the window a button. */
export type ReadIn = 'terminal' | 'window';

/** What happened and what to do next. A code that this version does not know is shown as unexpected. */
export function errorText(texts: Texts, error: Pick<PlainError, 'code' | 'params' | 'detail'>, readIn: ReadIn = 'terminal'): { title: string; remedy: string } {
  const known = Object.hasOwn(RESOURCES.en.errors, error.code);
  const code = known ? error.code : 'unexpected';
  const params = known ? { detail: error.detail, ...paramsInWords(error.code, error.params, finder(texts)) } : { detail: `${error.code} ${error.detail}`.trim() };
  const entry: Readonly<Record<string, string>> = RESOURCES.en.errors[code as keyof typeof RESOURCES.en.errors];
  const remedy = readIn === 'window' && 'window' in entry ? 'window' : 'remedy';
  return { title: texts(`errors:${code}.title`, params), remedy: texts(`errors:${code}.${remedy}`, params) };
}

/** The system's language where the program speaks it, else English. */
export function systemLanguage(env: NodeJS.ProcessEnv = process.env): Language {
  const posix = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'];
  const tag = posix ?? Intl.DateTimeFormat().resolvedOptions().locale;
  const short = tag.slice(0, 2).toLowerCase();
  return LANGUAGES.find((language) => language === short) ?? 'en';
}
