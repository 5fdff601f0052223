import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_NAME_TEMPLATE } from '../../src/contract/index.ts';
import { openSettings } from '../../src/main/services/settings.ts';

const DEFAULTS = { language: 'system', theme: 'system', practiceFolder: null, imageFolders: [] as string[], driverFolders: [] as string[], nameTemplate: DEFAULT_NAME_TEMPLATE };
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'werkbank-settings-'));
  file = join(folder, 'settings.json');
});
afterEach(() => rm(folder, { recursive: true }));

test('settings start with their defaults and are found again', async () => {
  const settings = await openSettings(file);
  expect(settings.get()).toEqual(DEFAULTS);
  await settings.set({ language: 'nl', theme: undefined });
  await settings.set({ practiceFolder: '/a folder/é' });
  const expected = { language: 'nl', theme: 'system', practiceFolder: '/a folder/é', imageFolders: [], driverFolders: [], nameTemplate: DEFAULT_NAME_TEMPLATE };
  expect((await openSettings(file)).get()).toEqual(expected);
  expect(await readdir(folder)).toEqual(['settings.json']);
});

test('the last of many changes is the one that stays', async () => {
  const settings = await openSettings(file);
  await Promise.all(['light', 'dark', 'light', 'system', 'dark'].map((theme) => settings.set({ theme: theme as 'dark' })));
  expect((await openSettings(file)).get().theme).toBe('dark');
});

test.each([
  ['half a file', '{"language":"nl",'],
  ['a wrong value', '{"language":"fy","theme":"system","practiceFolder":null}'],
  ['another kind of value', '[1,2]x'],
  ['an empty file', ''],
])('%s is set aside', async (_what, text) => {
  await writeFile(file, text);
  expect((await openSettings(file)).get()).toEqual(DEFAULTS);
  expect(await readFile(`${file}.corrupt`, 'utf8')).toBe(text);
});

test('settings of an older version are kept', async () => {
  await writeFile(file, '{"language":"nl"}');
  expect((await openSettings(file)).get()).toEqual({ ...DEFAULTS, language: 'nl' });
});

test('a change that makes no sense changes nothing', async () => {
  const settings = await openSettings(file);
  await expect(settings.set({ theme: 'pink' as 'dark' })).rejects.toThrow();
  expect(settings.get()).toEqual(DEFAULTS);
  expect(await readdir(folder)).toEqual([]);
});
