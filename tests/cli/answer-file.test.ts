import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createJobService } from '../../src/jobs/index.ts';
import { withoutSecrets } from '../../src/jobs/secrets.ts';
import { werkbank } from './support.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'answer-file-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const cli = async (...args: string[]): Promise<{ exitCode: number; text: string }> => {
  const services = { host: {} as never, jobs: createJobService({} as never, { version: '0' }), history: {} as never };
  const { exitCode, out, err } = await werkbank(['--lang', 'nl', ...args], { services });
  return { exitCode, text: [...out, ...err].join('\n') };
};

test('the example becomes an answer file, for nobody else to read, and is not replaced unasked', async () => {
  const options = join(folder, 'options.json');
  const out = join(folder, 'Autounattend.xml');
  writeFileSync(options, (await cli('answer-file', '--example')).text);
  expect(await cli('answer-file', options, out)).toMatchObject({ exitCode: 0, text: expect.stringContaining('Wachtwoorden') });
  expect(readFileSync(out, 'utf8')).toContain('<LocalAccount wcm:action="add">');
  expect(statSync(out).mode & 0o077).toBe(0);
  expect((await cli('answer-file', options, out)).exitCode).not.toBe(0);
  expect(await cli('answer-file', out)).toMatchObject({ exitCode: 0, text: 'Autounattend.xml' });
});

test('a misspelt option is named, and so is one with a value that it does not take', async () => {
  const options = join(folder, 'options.json');
  writeFileSync(options, '{ "computername": "X" }');
  expect(await cli('answer-file', options)).toMatchObject({ exitCode: 2, text: expect.stringContaining('er is geen optie "computername"') });
  writeFileSync(options, '{ "computerName": 5 }');
  expect(await cli('answer-file', options)).toMatchObject({ exitCode: 2, text: expect.stringContaining('"computerName" kan die waarde niet hebben') });
});

test('options as Notepad and PowerShell save them are read', async () => {
  const options = join(folder, 'options.json');
  const text = '{ "computerName": "BENCH-7" }';
  for (const bytes of [Buffer.from(`\ufeff${text}`), Buffer.from(`\ufeff${text}`, 'utf16le'), Buffer.from(`\ufeff${text}`, 'utf16le').swap16()]) {
    writeFileSync(options, bytes);
    expect(await cli('answer-file', options)).toMatchObject({ exitCode: 0, text: expect.stringContaining('BENCH-7') });
  }
});

test('what is wrong with an answer file is said of that file, and no password is shown for it', async () => {
  const own = join(folder, 'own.xml');
  writeFileSync(own, '<unattend>');
  expect((await cli('answer-file', own)).text).toContain(own);
  const options = join(folder, 'options.json');
  writeFileSync(options, JSON.stringify({ account: { name: 'a', displayName: '', password: 'geheim\u0001', administrator: true, autoLogons: 0 } }));
  const { exitCode, text } = await cli('answer-file', options);
  expect(exitCode).not.toBe(0);
  expect(text).toContain('"password"');
  expect(text).not.toContain('geheim');
});

test("somebody's own answer file that erases a disk is pointed out", async () => {
  const own = join(folder, 'own.xml');
  writeFileSync(own, '<unattend><settings pass="windowsPE"><component name="x"><WillWipeDisk>true</WillWipeDisk></component></settings></unattend>');
  expect((await cli('answer-file', own)).text).toContain('wist een schijf zonder te vragen');
});

test('no report shows a password or a product key', () => {
  const plan = { kind: 'x', customising: { options: { account: { password: 'geheim' }, productKey: 'AAAAA', join: { password: '' } } }, size: 1 };
  expect(withoutSecrets(plan)).toEqual({ kind: 'x', customising: { options: { account: { password: '***' }, productKey: '***', join: { password: '' } } }, size: 1 });
});
