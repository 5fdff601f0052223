import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EngineError } from '../../native-free-engine/index.ts';
import { createTexts, errorText, evidenceTexts, findingText } from '../../src/texts/index.ts';

const ROOT = new URL('../../', import.meta.url);
const dutch = createTexts('nl');
const known = (JSON.parse(readFileSync(new URL('resources/locales/en/reasons.json', ROOT), 'utf8')) as { reason: Record<string, string> }).reason;

/** Errors whose texts tell no detail, or one that nobody but a programmer should ever see. */
const UNTOLD = /image-corrupt|imageCorrupt|engine-protocol|engine-update|'unexpected'|argument-invalid|practice folder|elevation-unavailable|grow-failed|orrupt\(|codecs|DecodeFault/;
/** Lines on which the detail of an error is made. */
const MADE = /EngineError\(|[fF]ault\(|\binvalid\(|rejectMap\(|malformed\(|tableCorrupt\(|refused\(|\bfail\(/;

/** The texts on a line, without what is put into them. */
const literals = (line: string): string[] => [...line.matchAll(/'([^']*)'|`([^`]*)`/g)].map(([, plain, filled]) => plain ?? (filled ?? '').replace(/\$\{[^}]*\}/g, '1'));

const lines = [...globSync('native-free-engine/**/*.ts', { cwd: ROOT }), ...globSync('src/{host,jobs,library,history}/**/*.ts', { cwd: ROOT })]
  .filter((file) => !/\/images\/(?!manifest|clonezilla\/areas)|\/io\/|\/codecs\/|\/iso\//.test(file))
  .flatMap((file) => readFileSync(new URL(file, ROOT), 'utf8').split('\n').map((line, index) => ({ line, at: `${file}:${index + 1}` })))
  .filter(({ line }) => MADE.test(line) && !UNTOLD.test(line) && !/^\s*(\*|\/)/.test(line));

test('the detail of no error is a sentence in English', () => {
  const prose = lines.flatMap(({ line, at }) => literals(line).filter((text) => /[a-z]{2,} [a-z]{2,}|\b(the|not|no|of|a) /.test(text)).map((text) => `${at}: ${text}`));
  expect(lines.length).toBeGreaterThan(300);
  expect(prose).toEqual([]);
});

test('every code of a detail has words, and all words are of a code', () => {
  const sources = [...globSync('native-free-engine/**/*.ts', { cwd: ROOT }), ...globSync('src/**/*.ts', { cwd: ROOT })].map((file) => readFileSync(new URL(file, ROOT), 'utf8')).join('\n');
  const used = (code: string): boolean => new RegExp(`['"\`]${code}['" ]`).test(sources);
  expect(Object.keys(known).filter((code) => !used(code) && !used(`${code}\``))).toEqual([]);
  const hive = lines.filter(({ at }) => at.includes('/registry/')).flatMap(({ line }) => literals(line)).flatMap((text) => /^([a-z]+(?:-[a-z]+)+)(?: |$)/.exec(text)?.[1] ?? []).filter((code) => code !== 'hive-invalid');
  expect(hive.length).toBeGreaterThan(30);
  expect(hive.filter((code) => !Object.hasOwn(known, code))).toEqual([]);
});

test('details are told in the language of the reader, with their figure; what is no code stays as it is', () => {
  const title = (reason: string): string => errorText(dutch, new EngineError('hive-invalid', { path: 'SYSTEM', reason }).toPlain()).title;
  expect(title('cell-free 4128')).toBe('Het registerbestand SYSTEM is beschadigd: de cel op 4128 is niet in gebruik.');
  expect(title('structure HiveKeyNode')).toBe('Het registerbestand SYSTEM is beschadigd: HiveKeyNode klopt niet.');
  expect(title('EIO')).toBe('Het registerbestand SYSTEM is beschadigd: EIO.');
  expect(title('cell-unheard-of 7')).toBe('Het registerbestand SYSTEM is beschadigd: cell-unheard-of 7.');
  const differs = (what: string): string => errorText(dutch, new EngineError('disk-changed', { disk: 'Stick', what, where: '/mnt' }).toPlain()).title;
  expect(differs('serial')).toBe('Stick is niet meer de schijf uit het plan (anders: het serienummer).');
  expect(differs('mounted')).toContain('/mnt');
  // What somebody typed is no code.
  expect(errorText(dutch, new EngineError('argument-invalid', { what: 'size' }).toPlain()).title).toBe('size klopt niet.');
});

test('what the system named is told behind the title, where it says more', () => {
  const title = (errno: string): string => errorText(dutch, new EngineError('destination-unwritable', { path: 'uit', errno }).toPlain()).title;
  expect(title('EROFS')).toBe('uit kan niet worden geschreven: het bestandssysteem daar is alleen-lezen.');
  expect(title('ENOENT')).toBe('uit kan niet worden geschreven: het is er niet, of de map ervan is er niet.');
  expect(title('EUNHEARD')).toBe('uit kan niet worden geschreven.');
  expect(errorText(dutch, new EngineError('file-unreadable', { path: 'uit' }).toPlain()).title).toBe('uit kan niet worden gelezen.');
});

test('what a check could not find out is told in the language of the reader too', () => {
  const said = (detail: string): string => findingText({ check: 'sysprep', finding: { code: 'missing-failed', params: { from: 'SYSTEM', detail } } }, dutch);
  expect(said('cell-outside 96')).toBe('Niet gecontroleerd: SYSTEM gaf een fout: een cel op 96 ligt buiten het bestand');
  expect(said('odd-answer')).toBe('Niet gecontroleerd: SYSTEM gaf een fout: het antwoord is niet te begrijpen');
  const name = findingText({ check: 'image-name', finding: { code: 'invalid', params: { name: 'nul', reason: 'windows-device', suggested: '' } } }, dutch);
  expect(name).toContain('zo heet een apparaat in Windows');
});

test('a figure that is not known is left out of the sentence, and causes have words', () => {
  const english = createTexts('en');
  const power = (params: Record<string, string | number>): string => findingText({ check: 'power', finding: { code: 'on-battery', params } }, english);
  expect(power({ charge: 80, minutes: 90 })).toBe('Runs on battery: 80 % left, about 90 minutes.');
  expect(power({ charge: 80, minutes: '?' })).toBe('Runs on battery: 80 % left.');
  expect(power({ charge: '?', minutes: 90 })).toBe('Runs on battery: about 90 minutes left.');
  expect(power({ charge: '?', minutes: '?' })).toBe('Runs on battery; how much is left cannot be told.');
  expect(findingText({ check: 'power', finding: { code: 'battery-low', params: { charge: 3, minutes: '?' } } }, english)).toBe('The battery is nearly empty: 3 %. Plug in the charger first.');
  expect(findingText({ check: 'sysprep', finding: { code: 'one-machine', params: { number: 3, product: 'Windows', computer: '?', state: '?' } } }, dutch)).toBe('Windows op partitie 3 blijft de ene computer die het is.');
  expect(evidenceTexts({ check: 'sysprep', evidence: [{ code: 'state', params: { number: 3, product: 'Windows', computer: '?', state: '?' }, from: 'x' }] }, dutch)[0]?.text).toBe('Windows: geen toestand vastgelegd');
  const failed = (detail: string): string => findingText({ check: 'smart', finding: { code: 'missing-failed', params: { from: '/dev/sdx', detail } } }, dutch);
  expect(failed('end-of-device')).toContain('het apparaat houdt eerder op dan zijn grootte aangeeft');
  expect(failed('EIO')).toContain('het station meldt een fout');
  expect(failed('smartctl-too-old 6.6')).toContain('smartctl 6.6 is te oud');
});
