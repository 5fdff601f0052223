import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../native-free-engine/index.ts';
import {
  captureMethodSchema, compressionSchema, convertFormatSchema, diskImageFormatSchema, diskSchema, holdSchema, imageInfoSchema, imagingNoteSchema, memoryLevelSchema,
  partitionRoleSchema, phaseSchema, planSchema, planStepSchema, reportSchema, restSchema, stopSchema, targetOutcomeSchema, targetStateSchema, wholeReasonSchema,
} from '../../src/contract/index.ts';

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

const placeholders = (text: string): string[] => [...text.matchAll(/\{\{\s*([^}]+?)\s*\}\}/g)].map((match) => match[1] ?? '').sort();

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

test.each(['en', 'nl'])('every error code has a title and a remedy, and there are no others (%s)', (language) => {
  const errors = Object.assign({}, ...files(language).filter((file) => file.startsWith('errors')).map((file) => load(language, file))) as Tree;
  expect(Object.keys(errors).sort()).toEqual(Object.keys(ERROR_CODES).sort());
  for (const [code, texts] of Object.entries(errors)) expect(Object.keys(texts), code).toEqual(['title', 'remedy']);
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
