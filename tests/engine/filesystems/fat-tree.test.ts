import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EngineError, memoryDevice, type FileTree } from '../../../native-free-engine/index.ts';
import { fatTreeVolume } from '../../../native-free-engine/filesystems/fat/tree-volume.ts';
import { memoryEntry, memoryTree } from '../../support/memory-tree.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { blankFile, labFolder, run, tryRun } from '../lab.ts';

const MIB = 1024 * 1024;
const folder = labFolder();
const TOOLS = { tools: ['fsck.fat', 'mcopy', '7z'] };
const digest = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
const random = seeded(20_261_129);

const volumeOf = (tree: FileTree, length: number, label = 'WIN 11', sectorSize = 512) =>
  fatTreeVolume(tree, { offset: MIB, length }, sectorSize, { label, volumeId: 0x1234abcd, now: new Date(2026, 0, 2, 3, 4, 6) });

/** Reads the volume in pieces of an odd size and puts it into a sparse file. */
async function written(tree: FileTree, length: number, sectorSize = 512): Promise<string> {
  const volume = volumeOf(tree, length, 'WIN 11', sectorSize);
  const path = blankFile(folder, 'volume.img', length);
  const file = openSync(path, 'r+');
  for (let at = 0; at < volume.usedBytes; ) {
    const piece = Buffer.alloc(Math.min(999_424 + 512, volume.usedBytes - at), 0xaa);
    await volume.readInto(at, piece);
    writeSync(file, piece, 0, piece.length, at);
    at += piece.length;
  }
  closeSync(file);
  await volume.close();
  return path;
}

function clean(path: string): string {
  const { status, output } = tryRun('fsck.fat', ['-n', '-v', path]);
  expect(status, output).toBe(0);
  expect(output).not.toMatch(/dirty|differences|wrong|warning|bad |illegal/i);
  return output;
}

const codeOf = async (act: () => unknown): Promise<string> => {
  try {
    await act();
  } catch (error) {
    return error instanceof EngineError ? error.code : String(error);
  }
  return 'no error';
};

need(TOOLS)('every file comes out of mtools as it went in, under its own name, and fsck.fat finds nothing', async () => {
  const contents: Record<string, Buffer | null> = {
    bootmgr: random.bytes(70_000), 'README.TXT': Buffer.from('x'), 'setup.exe': random.bytes(512), 'empty': Buffer.alloc(0),
    'sources/install.swm': random.bytes(100_001), 'sources/$OEM$/$$/Setup/Scripts/SetupComplete.cmd': Buffer.from('@echo off\r\n'),
    'An empty folder with a long name': null, 'efi/microsoft/boot/fonts/wgl4_boot.ttf': random.bytes(4096),
    'Größe für Äpfel – ünïcode.txt': random.bytes(33), '日本語のファイル名.txt': random.bytes(44), '😀 smile.bin': random.bytes(55),
    'name.with.many.points.tar.gz': random.bytes(5), '.hidden': random.bytes(6), 'a+b=c,[d];e.txt': random.bytes(7), ['x'.repeat(255)]: random.bytes(8),
    'thirteen-char': random.bytes(13), 'LONGFI~1.TXT': random.bytes(1), 'long file name.txt': random.bytes(2), 'long file nome.txt': random.bytes(3),
  };
  const path = await written(memoryTree(contents), 40 * MIB);
  clean(path);
  for (const [name, content] of Object.entries(contents)) {
    // mtools knows no characters beyond 16 bits.
    if (!content || name.startsWith('😀')) continue;
    run('mcopy', ['-n', '-o', '-i', path, `::${name.replace(/[[\]]/g, '?')}`, join(folder, 'out.bin')]);
    expect(digest(readFileSync(join(folder, 'out.bin'))), name).toBe(digest(content));
  }
  const listing = run('7z', ['l', '-slt', path]);
  for (const name of Object.keys(contents)) expect(listing, name).toContain(`Path = ${name}\n`);
  run('7z', ['x', '-y', `-o${join(folder, 'names')}`, path]);
  for (const [name, content] of Object.entries(contents)) if (content) expect(digest(readFileSync(join(folder, 'names', name))), name).toBe(digest(content));
  expect(listing).toContain('Modified = 2026-03-04 05:06:08');
  // What Microsoft's and our own boot code look for.
  expect(run('mdir', ['-i', path, '::'])).toMatch(/^BOOTMGR +70000 /m);
});

need(TOOLS)('thousands of long names in one folder get short names that differ', async () => {
  const contents = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`many/A package with drivers ${i}.inf`, Buffer.from(String(i))]));
  const path = await written(memoryTree(contents), 40 * MIB, 512);
  clean(path);
  const listing = run('7z', ['l', '-slt', path]);
  const shorts = run('mdir', ['-i', path, '::many']).split('\n').flatMap((line) => /^(\S+) +(INF) /.exec(line)?.[1] ?? []);
  expect(new Set(shorts).size).toBe(3000);
  expect(listing).toContain('Path = many/A package with drivers 2999.inf\n');
});

need(TOOLS)('256 folders within each other, on sectors of 512 and of 4096 bytes', async () => {
  const deep = Array.from({ length: 256 }, (_, i) => `d${i}`).join('/');
  for (const [sectorSize, length] of [[512, 40 * MIB], [4096, 300 * MIB]] as const) {
    const path = await written(memoryTree({ [`${deep}/file at the bottom.txt`]: 'found' }), length, sectorSize);
    clean(path);
    expect(run('7z', ['l', '-slt', path])).toContain(`Path = ${deep}/file at the bottom.txt\n`);
  }
});

need(TOOLS)('trees that nobody thought of', async () => {
  for (let round = 0; round < 6; round++) {
    const folders = [''];
    const contents: Record<string, Buffer | null> = {};
    for (let i = 0; i < 120; i++) {
      const name = Array.from({ length: 1 + random.below(40) }, () => 'abcXYZ019 ._-~éß漢'[random.below(17)]).join('').replace(/[. ]+$/, 'z');
      const path = `${folders[random.below(folders.length)]}${i}${name}`;
      if (random.below(4) === 0) {
        contents[path] = null;
        folders.push(`${path}/`);
      } else contents[path] = random.bytes(random.below(3) === 0 ? 0 : random.below(9000));
    }
    const image = await written(memoryTree(contents), 36 * MIB);
    clean(image);
    const listing = run('7z', ['l', '-slt', image]);
    for (const path of Object.keys(contents)) expect(listing).toContain(`Path = ${path}\n`);
    run('7z', ['x', '-y', `-o${join(folder, `round${round}`)}`, image]);
    for (const [path, content] of Object.entries(contents)) {
      if (content) expect(digest(readFileSync(join(folder, `round${round}`, path))), path).toBe(digest(content));
    }
  }
});

test('any piece of the volume reads as it does within the whole', async () => {
  const volume = volumeOf(memoryTree({ 'a/b/c.txt': random.bytes(5000), 'a/d': random.bytes(1), z: random.bytes(700) }), 36 * MIB);
  const whole = new Uint8Array(volume.usedBytes + 4096);
  await volume.readInto(0, whole);
  for (let i = 0; i < 300; i++) {
    const at = i < 150 ? random.below(whole.length) : volume.usedBytes - random.below(20_000) - 1;
    const piece = new Uint8Array(Math.min(1 + random.below(9000), whole.length - at)).fill(0xee);
    await volume.readInto(at, piece);
    expect(Buffer.compare(piece, whole.subarray(at, at + piece.length))).toBe(0);
  }
  const at = Buffer.from(whole).lastIndexOf(await (async () => {
    const z = new Uint8Array(4);
    await volume.readInto(volume.usedBytes - 1024, z);
    return z;
  })());
  expect(volume.pathAt(at)).toBe('z');
  expect(volume.pathAt(0)).toBeNull();
});

test('one cluster too few is refused with the bytes that are missing, before a file is opened', async () => {
  let opened = 0;
  const entry = { ...memoryEntry('big.bin', new Uint8Array()), open: () => (opened++, Promise.resolve(memoryDevice(1))) };
  const tree = (size: number): FileTree => ({ label: '', entries: [{ ...entry, size }] });
  const { plan } = volumeOf(tree(0), 64 * MIB, '');
  const clusterSize = plan.sectorsPerCluster * 512;
  const room = (plan.clusters - 1) * clusterSize;
  expect(volumeOf(tree(room), 64 * MIB, '').usedBytes).toBe(volumeOf(tree(room - clusterSize + 1), 64 * MIB, '').usedBytes);
  expect(() => volumeOf(tree(room + 1), 64 * MIB, '')).toThrow(new EngineError('media-too-small', { needed: room + 2 * clusterSize, available: room + clusterSize, missing: clusterSize }).message);
  expect(opened).toBe(0);
});

test.each([
  ['a folder/AUTOEXEC.bat', 'A Folder/autoexec.BAT', 'fat-name-collision'],
  ['Äpfel', 'äPFEL', 'fat-name-collision'],
  ['straße', 'STRASSE', 'no error'],
  ['x', 'what?', 'fat-name-illegal'],
  ['x', 'a:stream', 'fat-name-illegal'],
  ['x', 'point.', 'fat-name-illegal'],
  ['x', 'blank ', 'fat-name-illegal'],
  ['x', '..', 'fat-name-illegal'],
  ['x', 'back\\slash', 'fat-name-illegal'],
  ['x', 'control\u0001', 'fat-name-illegal'],
  ['x', 'half \ud800', 'fat-name-illegal'],
  ['x', 'y'.repeat(256), 'fat-name-illegal'],
  ['x', 'a//b', 'fat-name-illegal'],
])('%s and %s: %s', async (first, second, code) => {
  expect(await codeOf(() => volumeOf(memoryTree({ [first]: 'a', [second]: 'b' }), 40 * MIB))).toBe(code);
});

test('a file of 4 GiB, a folder with too many files and an entry without its folder are refused by name', async () => {
  const sized = (size: number): FileTree => ({ label: '', entries: [{ ...memoryEntry('big', new Uint8Array()), size }] });
  expect(await codeOf(() => volumeOf(sized(2 ** 32), 16 * 1024 * MIB))).toBe('fat-file-too-large');
  expect(await codeOf(() => volumeOf(sized(2 ** 32 - 1), 16 * 1024 * MIB))).toBe('no error');
  const crowd = { label: '', entries: Array.from({ length: 32_768 }, (_, i) => memoryEntry(`${i} name`, new Uint8Array())) };
  expect(await codeOf(() => volumeOf(crowd, 256 * MIB))).toBe('fat-folder-full');
  expect(await codeOf(() => volumeOf({ label: '', entries: [memoryEntry('no/where', new Uint8Array(1))] }, 40 * MIB))).toBe('argument-invalid');
});
