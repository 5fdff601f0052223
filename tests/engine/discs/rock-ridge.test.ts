import { chmodSync, linkSync, mkdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderTree, memoryDevice, memoryEntry, planIso, readDisc, writeIso, type IsoPlan } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { labFolder, run } from '../lab.ts';
import { hashFolder, hashTree, makeTree, WHEN } from './discs.ts';

const folder = labFolder();

/** Names and links that no Windows reads. */
const FILES = ['src/aux.c', 'a:b', 'con', 'last ', 'point.', 'Case/x', 'case/x', 'case/X', 'back\\slash', '-n', "it's", 'ctrl\u0001', `long/${'l'.repeat(255)}`, `long/${'é'.repeat(127)}`, `long/${'l'.repeat(254)}2`, 'version;1', 'version', '.hidden', 'a.b.c'];
const LINKS: Readonly<Record<string, string>> = {
  'to-file': 'src/aux.c', 'to-root': '/', absolute: '/usr/./lib/../x', up: '../../x', 'case/here': '.', broken: 'nowhere',
  'far': `${'d'.repeat(200)}/`.repeat(6).slice(0, 1023), wide: 'w'.repeat(255), foreign: 'größe/日本', 'aux': 'con', 'steps': 'x/'.repeat(500).slice(0, -1),
};
/** Beyond what xorriso reads. */
const TOO_FAR = 'é'.repeat(512);

function linuxTree(): string {
  const root = makeTree(join(folder, 'tree'));
  for (const path of FILES) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  for (const [path, target] of Object.entries(LINKS)) symlinkSync(target, join(root, path));
  symlinkSync(TOO_FAR, join(root, 'too far'));
  writeFileSync(join(root, 'secret'), 'x', { mode: 0o600 });
  chmodSync(join(root, 'con'), 0o750);
  linkSync(join(root, 'con'), join(root, 'con2'));
  for (let i = 0; i < 300; i++) symlinkSync(`../${'t'.repeat(i)}`, join(root, 'many', `link ${i}`));
  return root;
}

async function written(plan: IsoPlan): Promise<Uint8Array> {
  const sink = memoryDevice(plan.size);
  await writeIso(plan, sink);
  return sink.bytes;
}

need({ tools: ['7z', 'xorriso', 'isoinfo'] })('a disc with the names of Linux keeps each of them, links and what may be executed, for xorriso, isoinfo, 7-Zip and ourselves', async () => {
  const root = linuxTree();
  const plan = planIso(await folderTree(root), { label: 'LINUX', when: WHEN, names: 'linux' });
  const wanted = hashFolder(root);
  expect(plan).toMatchObject({ views: ['rock-ridge', 'iso9660'], links: Object.keys(LINKS).length + 300 });
  const bytes = await written(plan);
  const iso = join(folder, 'linux.iso');
  writeFileSync(iso, bytes);

  const disc = await readDisc(memoryDevice(bytes));
  expect(disc).toMatchObject({ view: 'rock-ridge', views: ['rock-ridge', 'iso9660'] });
  expect(await hashTree(disc.tree)).toEqual(wanted);
  const ours = new Map(disc.tree.leftOut?.map(({ path, target }) => [path, target]));
  for (const [path, target] of Object.entries(LINKS)) expect(ours.get(path), path).toBe(target);
  for (let i = 0; i < 300; i++) expect(ours.get(`many/link ${i}`)).toBe(`../${'t'.repeat(i)}`.replace(/\/$/, ''));

  const out = join(folder, 'out');
  run('xorriso', ['-report_about', 'WARNING', '-osirrox', 'on', '-indev', iso, '-extract', '/', out]);
  expect(hashFolder(out)).toEqual(wanted);
  for (const [path, target] of Object.entries(LINKS)) expect(readlinkSync(join(out, path)), path).toBe(target);
  expect(statSync(join(out, 'con')).mode & 0o777).toBe(0o555);
  expect(statSync(join(out, 'secret')).mode & 0o777).toBe(0o444);
  expect(statSync(join(out, 'SOURCES/TWO.BIN')).mtime).toEqual(WHEN);

  const listed = run('isoinfo', ['-i', iso, '-R', '-f']).split('\n');
  for (const path of ['src/aux.c', 'a:b', 'last ', 'case/X', 'Case/x', 'back\\slash', `long/${'l'.repeat(255)}`, 'version;1', 'to-file']) expect(listed).toContain(`/${path}`);
  expect(run('7z', ['l', '-slt', iso])).toContain('Path = src/aux.c');
});

test('thousands of files whose names begin alike get names of their own in no time', () => {
  const entries = Array.from({ length: 40_000 }, (_, i) => memoryEntry(`a name that is longer than ISO 9660 has room for, and its number: ${i}`, new Uint8Array()));
  expect(planIso({ label: '', entries }, { label: 'X', when: WHEN, names: 'linux' }).files).toBe(40_000);
});

test('names that are no UTF-8, of discs older than it, are read as Latin-1: none becomes another', async () => {
  const root = join(folder, 'latin');
  mkdirSync(root);
  for (const name of ['cafe-1', 'cafe-2', 'größe']) writeFileSync(join(root, name), name);
  const bytes = await written(planIso(await folderTree(root), { label: 'LATIN', when: WHEN, names: 'linux' }));
  const disc = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const [name, byte] of [['cafe-1', 0xe8], ['cafe-2', 0xe9]] as const) disc[disc.indexOf(`NM\u000b\u0001\0${name}`) + 8] = byte;
  const { tree } = await readDisc(memoryDevice(bytes));
  expect(tree.entries.map(({ path }) => path).sort()).toEqual(['cafè-1', 'café-2', 'größe']);
});
