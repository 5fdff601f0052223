import { execFileSync } from 'node:child_process';
import { appendFileSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EngineError } from '../../../native-free-engine/base/errors.ts';
import { unpackLznt1 } from '../../../native-free-engine/codecs/lznt1.ts';
import { openNtfsFile } from '../../../native-free-engine/filesystems/ntfs/open-file.ts';
import { readOfflineWindows } from '../../../src/host/facts/offline-windows.ts';
import { memoryDevice } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { run } from '../lab.ts';
import { windowsHives } from '../registry/make-hive.ts';
import { makeNtfs, NTFS_TOOLS, withNtfs } from './ntfs-volume.ts';

const MIB = 1024 * 1024;
const ALL = { root: true, linux: true, tools: [...NTFS_TOOLS, 'setfattr'] };
let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'ntfs-packed-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** FILE_ATTRIBUTE_COMPRESSED, which new files of the folder take over. */
const compressed = (place: string): void => void run('setfattr', ['-h', '-v', '0x00000810', '-n', 'system.ntfs_attrib_be', place]);

async function contentOf(volume: Uint8Array, name: string): Promise<Buffer> {
  const file = await openNtfsFile(memoryDevice(volume), name);
  if (!file) throw new Error(`no ${name}`);
  const bytes = Buffer.alloc(file.size);
  await file.readInto(0, bytes);
  // A piece in the middle, across units, is the same.
  const [from, to] = [Math.floor(file.size * 0.3), Math.floor(file.size * 0.7)];
  const piece = Buffer.alloc(to - from);
  await file.readInto(from, piece);
  expect(piece.equals(bytes.subarray(from, to))).toBe(true);
  return bytes;
}

for (const cluster of [512, 1024, 4096]) need(ALL)(`what NTFS compressed is read: packed, stored and empty units, holes, many pieces (clusters of ${cluster} bytes)`, async () => {
  const path = makeNtfs(folder, `packed-${cluster}.img`, 48 * MIB, cluster);
  const random = seeded(cluster);
  const files: Record<string, Buffer> = {
    'text.txt': Buffer.from('Beste klant, hierbij '.repeat(40_000)),
    'stored.bin': random.bytes(300_000),
    'mixed.bin': Buffer.concat([random.bytes(100_000), Buffer.alloc(200_000, 'x'), random.bytes(50_001), Buffer.from('a\0'.repeat(30_000))]),
    'short.txt': Buffer.from('in its record, as it is'),
    'unit.bin': Buffer.alloc(cluster * 16, 'unit '),
  };
  const holes = Buffer.alloc(900_000);
  holes.write('a beginning');
  holes.write('the end', 899_000);
  const pieces = Buffer.concat(Array.from({ length: 220 }, (_, i) => Buffer.concat([Buffer.from(`${i} `.repeat(2500)), random.bytes(1500)])));
  await withNtfs(path, (top) => {
    const place = join(top, 'packed');
    mkdirSync(place);
    compressed(place);
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(place, name), bytes);
    const file = openSync(join(place, 'holes.bin'), 'w');
    ftruncateSync(file, holes.length);
    writeSync(file, holes.subarray(0, 11), 0, 11, 0);
    writeSync(file, holes.subarray(899_000), 0, 1000, 899_000);
    closeSync(file);
    // In turns with another file, until its runs take more records than one.
    for (let at = 0; at < pieces.length; at += 40_000) {
      appendFileSync(join(place, 'pieces.bin'), pieces.subarray(at, at + 40_000));
      appendFileSync(join(top, 'between.bin'), random.bytes(3000));
    }
  });
  const volume = new Uint8Array(readFileSync(path));
  expect(run('ntfsinfo', ['-f', '-F', 'packed/text.txt', path])).toMatch(/Compression unit:\s+4 /);
  for (const [name, bytes] of Object.entries({ ...files, 'holes.bin': holes, 'pieces.bin': pieces })) expect((await contentOf(volume, `packed/${name}`)).equals(bytes), name).toBe(true);
});

need(ALL)('a file that Windows encrypted is named, and so is a link to elsewhere', async () => {
  const path = makeNtfs(folder, 'encrypted.img', 16 * MIB, 4096);
  await withNtfs(path, (top) => {
    writeFileSync(join(top, 'online.txt'), 'kept elsewhere');
    // Constructed: the tag of a file that OneDrive keeps, with nothing in it.
    run('setfattr', ['-h', '-v', '0x1a00009000000000', '-n', 'system.ntfs_reparse_data', join(top, 'online.txt')]);
  });
  await expect(openNtfsFile(memoryDevice(new Uint8Array(readFileSync(path))), 'online.txt')).rejects.toMatchObject({ code: 'ntfs-file-encoded', params: { path: 'online.txt' } });
});

/** What a WIM file keeps of its only file: a chunk table and chunks, as CompactOS lays them out. wimlib made it. */
function wimResource(bytes: Uint8Array, compression: string, chunkSize: number): Buffer {
  const place = mkdtempSync(join(folder, 'wim-'));
  mkdirSync(join(place, 'tree'));
  writeFileSync(join(place, 'tree', 'file'), bytes);
  execFileSync('wimlib-imagex', ['capture', join(place, 'tree'), join(place, 'a.wim'), `--compress=${compression}`, `--chunk-size=${chunkSize}`, '--quiet'], { stdio: 'pipe' });
  const wim = readFileSync(join(place, 'a.wim'));
  // The lookup table's place stands at byte 0x30 of the header; in it the stream that is no metadata.
  const [table, length] = [Number(wim.readBigUInt64LE(0x38)), Number(wim.readBigUInt64LE(0x30) & 0xff_ffff_ffff_ffffn)];
  for (let at = table; at < table + length; at += 50) {
    if ((wim[at + 7]! & 2) !== 0 || Number(wim.readBigUInt64LE(at + 16)) !== bytes.length) continue;
    const stored = Number(wim.readBigUInt64LE(at) & 0xff_ffff_ffff_ffffn);
    const offset = Number(wim.readBigUInt64LE(at + 8));
    return wim.subarray(offset, offset + stored);
  }
  throw new Error('no stream');
}

/** Constructed: a file as CompactOS leaves it, a hole with its contents packed in a stream beside it. */
function compact(place: string, bytes: Uint8Array, algorithm: number): void {
  const [compression, chunk] = ([['XPRESS', 4096], ['LZX', 32_768], ['XPRESS', 8192], ['XPRESS', 16_384]] as const)[algorithm]!;
  writeFileSync(place, '');
  truncateSync(place, bytes.length);
  writeFileSync(`${place}:WofCompressedData`, wimResource(bytes, compression, chunk));
  const reparse = Buffer.alloc(24);
  reparse.writeUInt32LE(0x80000017, 0);
  reparse.writeUInt16LE(16, 4);
  reparse.writeUInt32LE(1, 8);
  reparse.writeUInt32LE(2, 12);
  reparse.writeUInt32LE(1, 16);
  reparse.writeUInt32LE(algorithm, 20);
  run('setfattr', ['-h', '-v', `0x${reparse.toString('hex')}`, '-n', 'system.ntfs_reparse_data', place]);
}

need({ ...ALL, tools: [...ALL.tools, 'wimlib-imagex'] })('what CompactOS packed is read, in each of its four ways; so are the registry and State.ini', async () => {
  const path = makeNtfs(folder, 'compact.img', 32 * MIB, 4096);
  const random = seeded(9);
  const content = Buffer.concat([Buffer.from('De machine van balie 7. '.repeat(9000)), random.bytes(70_000), Buffer.alloc(40_001)]);
  const { system, software } = windowsHives({ imageState: '' });
  await withNtfs(path, (top) => {
    for (const algorithm of [0, 1, 2, 3]) compact(join(top, `way-${algorithm}.bin`), content, algorithm);
    const config = join(top, 'Windows/System32/config');
    mkdirSync(config, { recursive: true });
    compressed(config);
    writeFileSync(join(config, 'SYSTEM'), system);
    compact(join(config, 'SOFTWARE'), software, 1);
    mkdirSync(join(top, 'Windows/Setup/State'), { recursive: true });
    compact(join(top, 'Windows/Setup/State/State.ini'), Buffer.from('[State]\r\nImageState=IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE\r\n'.padEnd(4000, ' ')), 0);
  });
  const volume = new Uint8Array(readFileSync(path));
  for (const algorithm of [0, 1, 2, 3]) expect((await contentOf(volume, `way-${algorithm}.bin`)).equals(content), `way ${algorithm}`).toBe(true);
  expect((await readOfflineWindows(memoryDevice(volume)))?.sysprep).toMatchObject({ imageState: 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE', computerName: 'BALIE-7' });

  // Hostile: whatever is changed in what is packed, it is read, or named.
  const at = Buffer.from(volume.buffer).indexOf(wimResource(content, 'XPRESS', 4096).subarray(600, 660));
  expect(at).toBeGreaterThan(0);
  for (let round = 0; round < 60; round++) {
    const changed = Uint8Array.from(volume);
    for (let i = 0; i < 4; i++) changed[at - 600 + random.below(4000)] = random.below(256);
    const file = await openNtfsFile(memoryDevice(changed), 'way-0.bin');
    const outcome = await file!.readInto(0, new Uint8Array(file!.size)).then(() => '', (error: unknown) => (error instanceof EngineError ? error.code : String(error)));
    expect(['', 'struct-invalid']).toContain(outcome);
  }
});

test('LZNT1: hostile chunks end in bytes or in a named error', () => {
  const random = seeded(21);
  let named = 0;
  for (let round = 0; round < 2000; round++) {
    const input = random.bytes(2 + random.below(200));
    input[1] = 0xb0 | (input[1]! & 1);
    try {
      unpackLznt1(input, new Uint8Array(4096 * (1 + random.below(3))));
    } catch (error) {
      expect(error).toMatchObject({ code: 'image-corrupt' });
      named++;
    }
  }
  expect(named).toBeGreaterThan(500);
  const out = new Uint8Array(6).fill(9);
  unpackLznt1(Uint8Array.of(0x04, 0xb0, 0x04, 0x61, 0x62, 0x00, 0x10, 0, 0), out);
  expect(Buffer.from(out).toString('latin1')).toBe('ababa\0');
});
