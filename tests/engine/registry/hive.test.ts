import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EngineError, memoryDevice, openHive, type Hive, type HiveValue } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { labFolder, run } from '../lab.ts';
import { dword, HiveMaker, sz, windowsHives } from './make-hive.ts';

const open = (bytes: Uint8Array): Promise<Hive> => openHive(memoryDevice(Uint8Array.from(bytes)), 'SYSTEM');
const valueOf = async (hive: Hive, path: string, name: string): Promise<HiveValue | null> => (await (await hive.key(path))?.value(name)) ?? null;

function everyKind(): Buffer {
  const maker = new HiveMaker();
  const values = [
    maker.value('', 1, sz('default')), maker.value('Text', 1, sz('Größe 5 µm')), maker.value('Path', 2, sz('%SystemRoot%\\x')), maker.value('Number', 4, dword(0x80000001)),
    maker.value('Lines', 7, Buffer.from('one\0two\0\0', 'utf16le')), maker.value('Bytes', 3, Buffer.from([1, 2, 3, 4, 5, 6])), maker.value('Large', 3, Buffer.alloc(40_000, 7)),
    maker.value('Short', 4, Buffer.from([1, 2])),
  ];
  const children = (count: number): number[] => Array.from({ length: count }, (_, i) => maker.key(`Child-${i}`, [maker.value('Index', 4, dword(i))]));
  return maker.finish(maker.key('ROOT', [], [maker.key('Kinds', values), maker.key('Many', [], children(40), 'ri'), maker.key('Leaf', [], children(3), 'li')]));
}

test('values of every kind, and keys in every kind of list', async () => {
  const hive = await open(everyKind());
  expect(hive.dirty).toBe(false);
  expect(await valueOf(hive, 'kinds', '')).toEqual({ kind: 'text', text: 'default' });
  expect(await valueOf(hive, 'KINDS', 'tEXT')).toEqual({ kind: 'text', text: 'Größe 5 µm' });
  expect(await valueOf(hive, 'Kinds', 'Path')).toEqual({ kind: 'text', text: '%SystemRoot%\\x' });
  expect(await valueOf(hive, 'Kinds', 'Number')).toEqual({ kind: 'number', number: 0x80000001 });
  expect(await valueOf(hive, 'Kinds', 'Lines')).toEqual({ kind: 'texts', texts: ['one', 'two'] });
  expect(await valueOf(hive, 'Kinds', 'Bytes')).toEqual({ kind: 'bytes', bytes: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  expect(await valueOf(hive, 'Kinds', 'Large')).toEqual({ kind: 'bytes', bytes: new Uint8Array(40_000).fill(7) });
  // A number of two bytes is none.
  expect(await valueOf(hive, 'Kinds', 'Short')).toEqual({ kind: 'bytes', bytes: Uint8Array.of(1, 2) });
  expect(await valueOf(hive, 'Many\\Child-33', 'Index')).toEqual({ kind: 'number', number: 33 });
  expect(await (await hive.key('Many'))?.subkeys()).toHaveLength(40);
  expect(await (await hive.key('Leaf'))?.subkeys()).toEqual(['Child-0', 'Child-1', 'Child-2']);
  expect(await hive.key('Many\\Nobody')).toBeNull();
  expect(await valueOf(hive, 'Kinds', 'Nothing')).toBeNull();
});

test('a hive whose logs hold more is read, with a remark', async () => {
  expect((await open(windowsHives({ dirty: true }).software)).dirty).toBe(true);
});

need({ tools: ['hivexsh', 'hivexget'] })('what hivex writes is read, and hivex reads what was laid out by hand', async () => {
  const path = join(labFolder(), 'hive');
  writeFileSync(path, everyKind());
  expect(run('hivexget', [path, '\\Many\\Child-33', 'Index']).trim()).toBe('33');
  run('hivexsh', ['-w', path], [
    'cd \\Kinds', 'add Made', 'cd Made', 'setval 3', 'Word', 'dword:0x2a', 'Name', 'string:BALIE-7', 'Raw', 'hex:3:01,02,03,04,05,06,07', 'cd \\Many', ...Array.from({ length: 60 }, (_, i) => `add New-${i}`), 'commit', 'quit',
  ].join('\n'));
  const hive = await open(readFileSync(path));
  expect(await valueOf(hive, 'Kinds\\Made', 'Word')).toEqual({ kind: 'number', number: 42 });
  expect(await valueOf(hive, 'Kinds\\Made', 'Name')).toEqual({ kind: 'text', text: 'BALIE-7' });
  expect(await valueOf(hive, 'Kinds\\Made', 'Raw')).toEqual({ kind: 'bytes', bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7) });
  expect((await (await hive.key('Many'))?.subkeys())?.sort()).toEqual(run('hivexsh', [path], 'cd \\Many\nls\n').trim().split('\n').sort());
});

/** The reason in the `hive-invalid` that reading everything of a hive ends with; empty when it is read. */
async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    const hive = await open(bytes);
    for (const path of ['Kinds', 'Many', 'Leaf']) {
      const key = await hive.key(path);
      for (const name of (await key?.subkeys()) ?? []) await hive.key(`${path}\\${name}`);
      for (const name of ['', 'Text', 'Lines', 'Large', 'Nothing']) await key?.value(name);
    }
    return '';
  } catch (error) {
    if (error instanceof EngineError && error.code === 'hive-invalid') return String(error.params['reason']);
    throw error;
  }
}

/** Changes one field of a hive made by hand: where `nk`, `vk` ... stands first behind `from`. */
function changed(what: (view: DataView, at: number) => void, magic: string, from = 4096): Uint8Array {
  const bytes = Uint8Array.from(everyKind());
  const at = Buffer.from(bytes.buffer).indexOf(magic, from, 'latin1');
  what(new DataView(bytes.buffer), at);
  return bytes;
}

test.each([
  ['not a hive', () => new Uint8Array(16_384), 'no-regf'],
  ['too short', () => Uint8Array.from(everyKind().subarray(0, 5000)), 'too-short'],
  ['first block changed', () => changed((view) => view.setUint32(0x24, 64, true), 'hbin', 0), 'checksum'],
  ['truncated', () => Uint8Array.from(everyKind().subarray(0, 8192)), 'cell-outside|cell-size'],
  ['a list that points to itself', () => changed((view, at) => view.setUint32(at + 4, at - 4 - 4096, true), 'ri'), 'no-key-list'],
  ['a list of keys that is longer than its cell', () => changed((view, at) => view.setUint16(at + 2, 60_000, true), 'lh'), 'key-list-too-short'],
  ['a cell that claims the whole file', () => changed((view, at) => view.setInt32(at - 4, -0x7ffffff8, true), 'lh'), 'cell-size'],
  ['a free cell', () => changed((view, at) => view.setInt32(at - 4, 64, true), 'lh'), 'cell-free'],
  ['a cell across its neighbour', () => changed((view, at) => view.setInt32(at - 4, view.getInt32(at - 4, true) - 16, true), 'lh'), 'cell-overlaps'],
  ['a name longer than its cell', () => changed((view, at) => view.setUint16(at + 2, 60_000, true), 'vk'), 'name-beyond-cell'],
  ['a value of two gigabytes', () => changed((view, at) => view.setUint32(at + 4, 0x7fffffff, true), 'vk', Buffer.from(everyKind()).indexOf('vk', 4096) + 2), 'value-too-large|^$'],
  ['segments that cannot hold it', () => changed((view, at) => view.setUint16(at + 2, 60_000, true), 'db'), 'large-value-size'],
] as const)('hostile: %s', async (_, make, reason) => {
  expect(await outcome(make())).toMatch(new RegExp(reason));
});

test('hostile: any byte of any hive changed ends in a hive read or in hive-invalid', async () => {
  const whole = everyKind();
  const random = seeded(4);
  let named = 0;
  const text = whole.toString('latin1');
  const structures = [...text.matchAll(/nk|vk|lf|lh|li|ri|db/g)].map(({ index }) => index);
  for (let round = 0; round < 100; round++) {
    const bytes = Uint8Array.from(whole);
    for (let i = 0; i <= round % 4; i++) bytes[structures[random.below(structures.length)]! - 4 + random.below(0x30)] = random.below(256);
    if ((await outcome(bytes)) !== '') named++;
  }
  expect(named).toBeGreaterThan(20);
});

test('hostile: a hive cut off at any place ends in a hive read or in hive-invalid', async () => {
  const whole = everyKind();
  let named = 0;
  const cuts = Array.from({ length: 1 + Math.floor(whole.length / 97) }, (_, i) => i * 97);
  for (const length of cuts) if ((await outcome(Uint8Array.from(whole.subarray(0, length)))) !== '') named++;
  // What lies behind the last cell that is looked at may be missing.
  expect(named).toBeGreaterThan(cuts.length * 0.9);
});

test('hostile: keys that hold one another go round only as far as a path is long', async () => {
  const maker = new HiveMaker();
  const child = maker.key('Loop', [maker.value('Index', 4, dword(1))]);
  const root = maker.key('ROOT', [], [child]);
  const bytes = maker.finish(root);
  // The child gets the list of its parent: it is its own child.
  const [parentList, childCount, childList] = [4096 + root + 4 + 0x1c, 4096 + child + 4 + 0x14, 4096 + child + 4 + 0x1c];
  bytes.writeUInt32LE(1, childCount);
  bytes.writeUInt32LE(bytes.readUInt32LE(parentList), childList);
  const hive = await open(bytes);
  expect(await valueOf(hive, 'Loop\\Loop\\Loop\\Loop', 'Index')).toEqual({ kind: 'number', number: 1 });
  await expect(hive.key('Loop\\'.repeat(600))).rejects.toMatchObject({ code: 'hive-invalid', params: { reason: 'path-too-deep' } });
});
