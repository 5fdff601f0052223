import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../native-free-engine/index.ts';
import {
  captureMethodSchema, compressionSchema, convertFormatSchema, diskImageFormatSchema, diskSchema, holdSchema, imageInfoSchema, imagingNoteSchema, memoryLevelSchema,
  partitionPurposeSchema, partitionRoleSchema, phaseSchema, planSchema, planStepSchema, reportSchema, restSchema, stopSchema, targetOutcomeSchema, targetStateSchema, wholeReasonSchema,
} from '../../src/contract/index.ts';
import { createTexts } from '../../src/texts/index.ts';

const LOCALES = new URL('../../resources/locales/', import.meta.url);

type Tree = { readonly [key: string]: string | Tree };

function load(language: string, file: string): Tree {
  return JSON.parse(readFileSync(new URL(`${language}/${file}`, LOCALES), 'utf8')) as Tree;
}

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') out.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) out.set(inner, text);
  }
  return out;
}

/** Words that go with a number differ, the number does not. */
const placeholders = (text: string): string[] => [...text.matchAll(/\{\{\s*([^}]+?)\s*\}\}/g)].map((match) => (match[1] ?? '').replace(/ (noun|partition)\(.*\)$/, ' $1')).filter((name) => !name.endsWith(' noun')).sort();

const files = (language: string): string[] => readdirSync(new URL(`${language}/`, LOCALES)).sort();

test('both languages have the same files', () => {
  expect(files('nl')).toEqual(files('en'));
  expect(files('en')).toContain('errors.json');
});

test.each(files('en'))('%s: the same keys and placeholders in English and Dutch, none empty', (file) => {
  const en = flatten(load('en', file));
  const nl = flatten(load('nl', file));
  expect(en.size).toBeGreaterThan(0);
  expect([...nl.keys()].sort()).toEqual([...en.keys()].sort());
  for (const [key, text] of en) {
    expect(text.trim(), key).not.toBe('');
    expect(nl.get(key)?.trim(), key).not.toBe('');
    expect(placeholders(nl.get(key) ?? ''), key).toEqual(placeholders(text));
  }
});

/** What texts count, and may come to one. Sizes of sectors and limits never do. */
const COUNTED = 'count|files|folders|places|parts|seconds|minutes|days|hours|twins|fragments|slow|damaged|editions';
/** Words after a number that are the same for one. */
const NO_NOUNS = { en: 'of|s|more', nl: 'van|s|klaar' };

test.each(['en', 'nl'] as const)('what is counted has a word for one (%s)', (language) => {
  const bare = new RegExp(`(?<!\\}\\} (?:of|van) )\\{\\{(?:${COUNTED})(?:, number)?\\}\\} (?!(?:${NO_NOUNS[language]})(?![\\p{L}]))\\p{L}`, 'u');
  const texts = files(language).flatMap((file) => [...flatten(load(language, file))].map(([key, text]) => [`${file} ${key}`, text] as const));
  const keys = new Set<string>(texts.map(([key]) => key));
  const forms = (key: string) => /_(?:zero|one|other)$/.test(key);
  expect(texts.filter(([key, text]) => !forms(key) && bare.test(text)).map(([key, text]) => `${key}: ${text}`)).toEqual([]);
  expect([...keys].filter((key) => key.endsWith('_other') && !keys.has(key.replace(/_other$/, '_one')))).toEqual([]);
});

test('one is one, in words as well', () => {
  expect(createTexts('nl')('jobs:step.read-folder', { files: 1, folder: '/srv' })).toBe('1 bestand uit /srv lezen, elk één keer');
  expect(createTexts('en')('preflight:target.finding.twins', { twins: 2, serial: 'X' })).toBe('2 more disks have the same model and size: compare the serial number X.');
  expect(createTexts('nl')('report:imaging.grown', { partition: 0, from: 1e9, to: 2e9 })).toBe('de hele schijf van 1 GB naar 2 GB');
  expect(createTexts('en')('cli:partition.number', { number: 0 })).toBe('the whole disk');
  expect(createTexts('nl')('report:imaging.badMore', { count: 1 })).toBe('en nog 1 plaats');
});

test.each(['en', 'nl'])('every error code has a title and a remedy, and there are no others (%s)', (language) => {
  const errors = Object.assign({}, ...files(language).filter((file) => file.startsWith('errors')).map((file) => load(language, file))) as Tree;
  expect(Object.keys(errors).sort()).toEqual(Object.keys(ERROR_CODES).sort());
  for (const [code, texts] of Object.entries(errors)) expect(['title', 'remedy', 'window'].slice(0, Math.max(2, Object.keys(texts).length)), code).toEqual(Object.keys(texts));
});

/** Nothing in the window gives these. */
const IN_TERMINAL_ALONE = ['answer-file-options', 'confirmation-needed', 'disk-is-partition', 'disk-named-otherwise', 'servicing-unavailable', 'wim-image-not-found', 'wim-is-split'];
/** The command of another program. */
const OTHER_PROGRAM = ['wim-pipable'];

test.each(['en', 'nl'])('a remedy names the ways of where it is read: none of the terminal in the window (%s)', (language) => {
  const errors = Object.assign({}, ...files(language).filter((file) => file.startsWith('errors')).map((file) => load(language, file))) as Record<string, Record<string, string>>;
  const ofTerminal = /\bterminal\b|\bsudo\b|\bwerkbank [a-z]|--[a-z]/;
  const said = Object.entries(errors).filter(([code, { remedy, window }]) => ![...IN_TERMINAL_ALONE, ...OTHER_PROGRAM].includes(code) && ofTerminal.test(window ?? remedy ?? ''));
  expect(said).toEqual([]);
  for (const code of IN_TERMINAL_ALONE) expect(errors[code]?.['remedy'], code).toMatch(ofTerminal);
  const brackets = files(language).flatMap((file) => [...flatten(load(language, file)).values()].filter((text) => /\((?:in the|in de|in een) terminal/.test(text)));
  expect(brackets).toEqual([]);
});

test('every word of the contract has a text', () => {
  const jobs = flatten(load('en', 'jobs.json'));
  const words = {
    step: planStepSchema.shape.code.options,
    phase: phaseSchema.options,
    state: targetStateSchema.options,
    outcome: reportSchema.shape.outcome.options,
    target: targetOutcomeSchema.shape.outcome.options,
    image: imageInfoSchema.shape.kind.options,
    table: diskSchema.shape.table.options,
    role: partitionRoleSchema.options,
    purpose: partitionPurposeSchema.options,
    without: partitionPurposeSchema.options,
    kind: planSchema.options.map((plan) => plan.shape.kind.value),
    compression: compressionSchema.options,
    memory: memoryLevelSchema.options,
    method: captureMethodSchema.options,
    condition: stopSchema.shape.code.options,
    hold: holdSchema.options,
    rest: restSchema.options,
    format: [...diskImageFormatSchema.options, ...convertFormatSchema.options],
    // Boot code is always taken whole: nobody needs to be told.
    note: [...imagingNoteSchema.shape.code.options, ...wholeReasonSchema.options.filter((reason) => reason !== 'boot-code').map((reason) => `whole-${reason}`)],
  };
  for (const [group, codes] of Object.entries(words)) {
    for (const code of codes) expect(jobs.has(`${group}.${code}`), `${group}.${code}`).toBe(true);
  }
});
