import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EngineError, memoryDevice, openHive, setHiveValues, type HiveSetting, type HiveValue } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { labFolder, run } from '../lab.ts';
import { dword, HiveMaker, sz } from './make-hive.ts';

const WHEN = new Date(Date.UTC(2026, 0, 31));
const FBWF = 'ControlSet001\\Services\\FBWF';
const NAME = 'WinPECacheThreshold';

/** CONSTRUCTED: as much of a WinPE's SYSTEM as matters here, with services in each kind of list. */
function systemHive(list: 'lf' | 'lh' | 'li' | 'ri', fbwf: (maker: HiveMaker) => number[] | null): Buffer {
  const maker = new HiveMaker();
  const service = (name: string): number => maker.key(name, [maker.value('Start', 4, dword(3))]);
  const values = fbwf(maker);
  const services = [service('ACPI'), service('Disk'), ...(values ? [maker.key('FBWF', values)] : []), service('Ntfs'), service('volmgr')];
  return maker.finish(maker.key('ROOT', [], [maker.key('ControlSet001', [], [maker.key('Services', [], services, list)])]));
}

const setNumber = (hive: Uint8Array, key: string, name: string, number: number): Uint8Array => setHiveValues(hive, 'SYSTEM', [{ key, name, value: { kind: 'number', number } }], WHEN);
const set = (hive: Uint8Array, value: number, key = FBWF): Uint8Array => setNumber(hive, key, NAME, value);
async function read(hive: Uint8Array, key = FBWF, name = NAME): Promise<HiveValue | null> {
  const opened = await openHive(memoryDevice(Uint8Array.from(hive)), 'SYSTEM');
  expect(opened.dirty).toBe(false);
  return (await (await opened.key(key))?.value(name)) ?? null;
}
async function services(hive: Uint8Array): Promise<string[]> {
  return (await (await openHive(memoryDevice(Uint8Array.from(hive)), 'SYSTEM')).key('ControlSet001\\Services'))!.subkeys();
}

test('a number that is there is changed in place: nothing else but the sequence, the time and the checksum', async () => {
  const before = systemHive('lh', (maker) => [maker.value('Group', 1, sz('FSFilter System')), maker.value(NAME, 4, dword(32))]);
  const after = set(before, 512);
  expect(await read(after)).toEqual({ kind: 'number', number: 512 });
  expect(after.length).toBe(before.length);
  const changed = [...after.keys()].filter((at) => after[at] !== before[at]);
  expect(changed.filter((at) => at >= 4096).length).toBeLessThanOrEqual(4 + 8);
  expect(await read(before)).toEqual({ kind: 'number', number: 32 });
});

test('what is missing is made: a value, its key, all of the path', async () => {
  const withoutValue = set(systemHive('lf', () => []), 128);
  expect(await read(withoutValue)).toEqual({ kind: 'number', number: 128 });
  for (const list of ['lf', 'lh', 'li', 'ri'] as const) {
    const made = set(systemHive(list, () => null), 256);
    expect(await read(made), list).toEqual({ kind: 'number', number: 256 });
    expect(await services(made)).toEqual(['ACPI', 'Disk', 'FBWF', 'Ntfs', 'volmgr']);
    expect(await read(made, 'ControlSet001\\Services\\Disk', 'Start')).toEqual({ kind: 'number', number: 3 });
  }
  const deep = set(systemHive('lh', () => null), 64, 'ControlSet002\\Services\\FBWF');
  expect(await read(deep, 'ControlSet002\\Services\\FBWF')).toEqual({ kind: 'number', number: 64 });
});

test('a text of that name becomes a number, and its room is used again', async () => {
  const after = set(systemHive('lh', (maker) => [maker.value(NAME, 1, sz('a text that lies in a cell of its own'))]), 64);
  expect(await read(after)).toEqual({ kind: 'number', number: 64 });
});

need({ tools: ['hivexsh', 'hivexget'] })('hivex reads it, after a hundred changes that need new bins as well, and what it made is changed', async () => {
  const path = join(labFolder(), 'SYSTEM');
  let hive: Uint8Array = systemHive('lh', () => null);
  const before = hive.length;
  for (let i = 0; i < 100; i++) hive = setNumber(hive, `ControlSet001\\Services\\Service ${i}`, `Number ${i % 7}`, i * 0x1010101);
  for (let i = 0; i < 100; i++) hive = setNumber(hive, FBWF, `Value ${i}`, i);
  expect(hive.length).toBeGreaterThan(before);
  writeFileSync(path, hive);
  expect(run('hivexget', [path, '\\ControlSet001\\Services\\Service 77', 'Number 0']).trim()).toBe(String(77 * 0x1010101));
  expect(run('hivexget', [path, `\\${FBWF}`, 'Value 99']).trim()).toBe('99');
  const listed = run('hivexsh', [path], 'cd \\ControlSet001\\Services\nls\n').trim().split('\n');
  expect(listed).toHaveLength(105);
  expect([...listed].sort((a, b) => (a.toUpperCase() < b.toUpperCase() ? -1 : 1))).toEqual(listed);
  // hivex adds to what was written here, which it does with the lists and the security of it; and then the other way round.
  run('hivexsh', ['-w', path], [`cd \\${FBWF}`, 'add Made', 'cd Made', 'setval 1', 'Word', 'dword:0x2a', 'commit', 'quit'].join('\n'));
  const again = setNumber(readFileSync(path), `${FBWF}\\Made`, 'word', 43);
  writeFileSync(path, again);
  expect(run('hivexget', [path, `\\${FBWF}\\Made`, 'Word']).trim()).toBe('43');
});

need({ tools: ['hivexget'] })('texts, bytes and default values, new and in the place of others, as hivex reads them', async () => {
  const path = join(labFolder(), 'SYSTEM');
  const before = systemHive('lh', (maker) => [maker.value(NAME, 4, dword(32)), maker.value('Name', 1, sz('a name that is longer than the one that comes')), maker.value('Raw', 3, Buffer.alloc(3, 1))]);
  const at = (name: string, value: HiveSetting['value']): HiveSetting => ({ key: FBWF, name, value });
  const after = setHiveValues(before, 'SYSTEM', [
    at(NAME, { kind: 'text', text: 'Zürich' }), at('Name', { kind: 'text', text: 'k' }), at('Raw', { kind: 'bytes', bytes: Uint8Array.from({ length: 44 }, (_, i) => i) }),
    at('', { kind: 'text', text: '00000413' }), at('Two', { kind: 'bytes', bytes: Uint8Array.of(1, 2) }), at('Empty', { kind: 'text', text: '' }),
  ], WHEN);
  expect(await read(after)).toEqual({ kind: 'text', text: 'Zürich' });
  expect(await read(after, FBWF, '')).toEqual({ kind: 'text', text: '00000413' });
  expect(await read(after, FBWF, 'Two')).toEqual({ kind: 'bytes', bytes: Uint8Array.of(1, 2) });
  // The room of what was there is used again: no bin more.
  expect(after.length).toBe(before.length);
  writeFileSync(path, after);
  const listed = run('hivexget', [path, `\\${FBWF}`]);
  expect(listed).toMatch(/^"@"="00000413"$/m);
  expect(listed).toMatch(/^"WinPECacheThreshold"="Zürich"$/m);
  expect(listed).toMatch(/^"Name"="k"$/m);
  expect(listed).toMatch(/^"Empty"=""$/m);
  expect(listed).toMatch(/^"Raw"=hex\(3\):00,01,02,.*,2b$/m);
  expect(listed).toMatch(/^"Two"=hex\(3\):01,02$/m);
});

/** The reason in the `hive-invalid`; empty when it was changed. */
function outcome(hive: Uint8Array): string {
  try {
    set(hive, 512);
    return '';
  } catch (error) {
    if (error instanceof EngineError && error.code === 'hive-invalid') return String(error.params['reason']);
    throw error;
  }
}

function changed(what: (view: DataView, at: number) => void, magic: string, from = 4096): Uint8Array {
  const bytes = Uint8Array.from(systemHive('ri', () => null));
  const at = Buffer.from(bytes.buffer).indexOf(magic, from, 'latin1');
  what(new DataView(bytes.buffer), at);
  return bytes;
}

test.each([
  ['not a hive', () => new Uint8Array(16_384), 'no-regf'],
  ['too short', () => new Uint8Array(5000), 'too-short'],
  ['changes in its log files', () => new HiveMaker().finish(32, { dirty: true }), 'log-not-applied'],
  ['cut off', () => Uint8Array.from(systemHive('ri', () => null).subarray(0, -8)), 'too-short|cut-off'],
  ['a bin of no size', () => changed((view, at) => view.setUint32(at + 8, 0, true), 'hbin'), 'no-bin'],
  ['a bin beyond the end', () => changed((view, at) => view.setUint32(at + 8, 0x10000, true), 'hbin'), 'no-bin'],
  ['a cell of no size', () => changed((view, at) => view.setInt32(at - 4, 0, true), 'nk'), 'cell-size'],
  ['a cell across the end of its bin', () => changed((view, at) => view.setInt32(at - 4, -0x8000, true), 'nk'), 'cell-size'],
  ['a list of lists that lists itself', () => changed((view, at) => view.setUint32(at + 4, at - 4 - 4096, true), 'ri'), 'no-key-list'],
  ['a list that is listed again and again', () => changed((view, at) => view.setUint32(at + 8, view.getUint32(at + 4, true), true), 'ri'), 'key-list-twice'],
  ['a list longer than its cell', () => changed((view, at) => view.setUint16(at + 2, 60_000, true), 'lh'), 'key-list-too-short'],
  ['security that is none', () => changed((view, at) => view.setUint16(at, 0x7878, true), 'sk'), 'no-security'],
] as const)('hostile: %s', (_, make, reason) => {
  expect(outcome(make())).toMatch(new RegExp(reason));
});

test('hostile: any byte of any structure changed ends in a hive that is read, or in hive-invalid', async () => {
  const whole = systemHive('ri', (maker) => [maker.value(NAME, 1, sz('a text'))]);
  const random = seeded(5);
  const structures = [...whole.toString('latin1').matchAll(/hbin|nk|vk|sk|lf|lh|li|ri/g)].map(({ index }) => index).filter((at) => at >= 4096);
  let named = 0;
  for (let round = 0; round < 300; round++) {
    const bytes = Uint8Array.from(whole);
    for (let i = 0; i <= round % 4; i++) bytes[structures[random.below(structures.length)]! - 4 + random.below(0x30)] = random.below(256);
    if (outcome(bytes) !== '') named++;
  }
  expect(named).toBeGreaterThan(60);
  expect(named).toBeLessThan(300);
});

test('names that are none of the registry are a mistake of ours', () => {
  expect(() => setNumber(systemHive('lh', () => null), 'a', 'b\\c', 1)).toThrow(RangeError);
  const large: HiveSetting = { key: 'a', name: 'b', value: { kind: 'bytes', bytes: new Uint8Array(20_000) } };
  expect(() => setHiveValues(systemHive('lh', () => null), 'SYSTEM', [large], WHEN)).toThrow(RangeError);
});
