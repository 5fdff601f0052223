import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkName, fillTemplate, uniquePath, type NameFacts } from '../../src/library/index.ts';
import { fc } from '../host/property.ts';

const at = new Date(2026, 2, 1, 4, 5, 6);
const facts: NameFacts = { machine: 'FRONT-DESK', os: 'Windows 11', purpose: 'before upgrade', model: 'Samsung SSD 980', serial: 'S64D', at };
const fill = (template: string, change: Partial<NameFacts> = {}): string => fillTemplate(template, { ...facts, ...change });

test('a template is filled, and what is not known leaves no hole', () => {
  expect(fill('{machine}-{os}-{date}-{purpose}')).toBe('FRONT-DESK-Windows 11-2026-03-01-before upgrade');
  expect(fill('{machine}-{os}-{date}-{purpose}', { os: '' })).toBe('FRONT-DESK-2026-03-01-before upgrade');
  expect(fill('{machine}-{os}-{date}-{purpose}', { machine: '', purpose: '  ' })).toBe('Windows 11-2026-03-01');
  expect(fill('{model} ({serial}) {time}')).toBe('Samsung SSD 980 (S64D) 04-05-06');
  expect(fill('{machine}', { machine: '' })).toBe('image-2026-03-01');
  expect(() => fill('{hostname}')).toThrow('argument-invalid');
  expect(() => fill('{constructor}')).toThrow('argument-invalid');
});

test('facts cannot break a name: separators, devices, braces, control characters, length', () => {
  expect(fill('{machine}', { machine: '../../etc/passwd' })).toBe('etc-passwd');
  expect(fill('{machine}-{os}', { machine: 'a:b*c?"<>|', os: '{date}' })).toBe('a-b-c-(date)');
  expect(fill('{machine}', { machine: 'con' })).toBe('_con');
  expect(fill('{machine}', { machine: 'LPT1.x' })).toBe('_LPT1.x');
  expect(fill('{machine}', { machine: 'Büro\u202e\u0000 東京 \ud800' })).toBe('Büro- 東京');
  expect(fill('{machine}', { machine: 'Bu\u0308ro' })).toBe('B\u00fcro');
  expect(Buffer.byteLength(fill('{machine}{os}{model}{serial}{purpose}', { machine: '東'.repeat(99), os: '東'.repeat(99), model: '東'.repeat(99) }))).toBeLessThanOrEqual(200);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (machine, purpose) => {
    checkName(fill('{machine} {purpose}', { machine, purpose }));
  }));
});

test('names that some system would refuse are refused with the reason, and bare ones are warned about', () => {
  const reasons: [string, string][] = [
    ['', 'empty-name'], ['.qcow2', 'empty-name'], ['a/b', 'forbidden-character /'], ['a\\b', 'forbidden-character \\'], ['what?', 'forbidden-character ?'], ['a\u0007', 'invisible-character'], ['a\u202eb', 'invisible-character'],
    ['end.', 'space-or-dot-at-end'], [' x', 'space-or-dot-at-end'], ['.hidden', 'space-or-dot-at-end'], ['nul', 'windows-device'], ['COM1.old.qcow2', 'windows-device'],
    ['x'.repeat(201), 'name-too-long 200'], ['東'.repeat(67), 'name-too-long 200'],
  ];
  for (const [name, reason] of reasons) {
    let thrown: unknown;
    try {
      checkName(name);
    } catch (error) {
      thrown = error;
    }
    expect(thrown, name).toMatchObject({ code: 'image-name-invalid', params: { reason } });
  }
  for (const name of ['image', 'Test', 'test-2.qcow2', 'image (3)', 'backup_01', 'schijf', 'x', '12', '2026-03-01', 'new image']) expect(checkName(name), name).toEqual(['meaningless']);
  for (const name of ['FRONT-DESK-Windows 11-2026-03-01', 'Büro 東京', 'test bench 3 Debian', 'contour', 'common.2', 'Anna']) expect(checkName(name), name).toEqual([]);
});

test('a name that is taken gets a number, also when only an unfinished image or another spelling has it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'werkbank-names-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  expect(await uniquePath(folder, 'shop')).toBe(join(folder, 'shop.qcow2'));
  await writeFile(join(folder, 'Shop.qcow2.json'), '');
  expect(await uniquePath(folder, 'shop')).toBe(join(folder, 'shop-2.qcow2'));
  await writeFile(join(folder, 'shop-2.qcow2.partial'), '');
  expect(await uniquePath(folder, 'shop')).toBe(join(folder, 'shop-3.qcow2'));
  await writeFile(join(folder, 'Bu\u0308ro.qcow2.001'), '');
  expect(await uniquePath(folder, 'B\u00fcro')).toBe(join(folder, 'B\u00fcro-2.qcow2'));
  await writeFile(join(folder, 'shopping.qcow2'), '');
  expect(await uniquePath(join(folder, 'nowhere'), 'shop')).toBe(join(folder, 'nowhere', 'shop.qcow2'));
});
