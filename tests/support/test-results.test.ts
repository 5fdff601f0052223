import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../src/host/command.ts';
import { afterSecondLook, failedFiles, ofPlaywright, ofVitest, type Results } from '../../scripts/test-results.ts';
import { testLab } from '../labs/test-lab.ts';

const ROOT = join(import.meta.dirname, '../..');
const MODULES = join(ROOT, 'node_modules');
/** Passes once `mended` is there. */
const tests = (from: string): string => `
import { existsSync } from 'node:fs';
import { expect, test } from '${from}';
test('holds', () => { expect(1).toBe(1); });
test('beside others', () => { expect(existsSync(import.meta.dirname + '/mended')).toBe(true); });
`;

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const { folder } = await testLab();
  symlinkSync(MODULES, join(folder, 'node_modules'));
  mkdirSync(join(folder, 'tests'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

async function reportOf(module: string, args: readonly string[], report: string): Promise<[number, never]> {
  const { code } = await runCommand(process.execPath, [join(MODULES, module), ...args], { longLived: true });
  return [code ?? 1, JSON.parse(readFileSync(report, 'utf8')) as never];
}

const short = ({ files, died }: Results): unknown => ({ died, files: Object.fromEntries([...files].map(([file, of]) => [file.split('/').at(-1), of])) });

test('vitest: what fails is counted by its own report, also a file that cannot be read; what passes by itself is unsteady, not failed', async () => {
  const folder = await folderOf({ 'tests/a.test.js': tests('vitest'), 'tests/broken.test.js': 'throw new Error("no");', 'tests/sound.test.js': `import { test } from 'vitest'; test('sound', () => {});` });
  const report = join(folder, 'report.json');
  const run = async (...files: string[]): Promise<Results> => ofVitest(...(await reportOf('vitest/vitest.mjs', ['run', '--root', folder, '--reporter=json', `--outputFile=${report}`, ...files], report)));
  const first = await run();
  expect(short(first)).toEqual({ died: false, files: { 'a.test.js': { passed: 1, failed: ['beside others'] }, 'broken.test.js': { passed: 0, failed: ['(as a whole)'] }, 'sound.test.js': { passed: 1, failed: [] } } });
  writeFileSync(join(folder, 'tests/mended'), '');
  const after = afterSecondLook(first, await run(...failedFiles(first)));
  expect(short(after)).toEqual({ died: false, files: { 'a.test.js': { passed: 2, failed: [] }, 'broken.test.js': { passed: 0, failed: ['(as a whole)'] }, 'sound.test.js': { passed: 1, failed: [] } } });
  expect(after.unsteady).toEqual(['a.test.js: beside others']);
});

test('Playwright: the same', async () => {
  const folder = await folderOf({ 'package.json': '{"type":"module"}', 'playwright.config.js': `export default { testDir: 'tests', reporter: [['json', { outputFile: 'report.json' }]] };`, 'tests/a.spec.js': tests('@playwright/test') });
  const run = async (...files: string[]): Promise<Results> => ofPlaywright(...(await reportOf('@playwright/test/cli.js', ['test', '--config', join(folder, 'playwright.config.js'), ...files], join(folder, 'report.json'))));
  const first = await run();
  expect(short(first)).toEqual({ died: false, files: { 'a.spec.js': { passed: 1, failed: ['beside others'] } } });
  writeFileSync(join(folder, 'tests/mended'), '');
  const after = afterSecondLook(first, await run(...failedFiles(first)));
  expect(short(after)).toEqual({ died: false, files: { 'a.spec.js': { passed: 2, failed: [] } } });
  expect(after.unsteady).toEqual(['a.spec.js: beside others']);
});

test('a runner that died has failed, whatever it counted, and takes nothing back', () => {
  expect(ofVitest(0, null)).toMatchObject({ died: true });
  expect(ofVitest(1, { testResults: [] })).toMatchObject({ died: true });
  const first = ofVitest(1, { testResults: [{ name: '/a.test.ts', status: 'failed', assertionResults: [{ status: 'failed', fullName: 'one' }] }] });
  const after = afterSecondLook(first, ofVitest(1, null));
  expect(after).toMatchObject({ died: true, unsteady: [] });
  expect(failedFiles(after)).toEqual(['/a.test.ts']);
});
