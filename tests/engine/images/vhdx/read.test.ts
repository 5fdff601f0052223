import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openVhdx } from '../../../../native-free-engine/images/vhdx/index.ts';
import { intersect, memoryDevice, openFileSource, totalLength } from '../../../../native-free-engine/index.ts';
import { need } from '../../../support/need.ts';
import { labFolder, run, tryRun } from '../../lab.ts';
import { MIB, load, logEntry, logOffset, nameLog, outcome, readWhole, regionOffset, sealed, sparseDisk } from './vhdx-lab.ts';

const folder = labFolder();
const test = need({ tools: ['qemu-img', 'qemu-io'] });
let files = 0;

const STRETCHES = [[0, 100_000], [5 * MIB - 700, 66_000], [33 * MIB, 4096], [60 * MIB + 512, MIB]] as const;

function make(options: string, size = 61 * MIB + 1536, stretches: readonly (readonly [number, number])[] = STRETCHES.map(([o, l]) => [Math.min(o, size - l), l])): { path: string; raw: Buffer } {
  const raw = join(folder, `${++files}.raw`);
  const bytes = sparseDisk(raw, size, stretches);
  run('qemu-img', ['convert', '-f', 'raw', '-O', 'vhdx', '-o', options, raw, join(folder, `${files}.vhdx`)]);
  return { path: join(folder, `${files}.vhdx`), raw: bytes };
}

for (const options of ['subformat=dynamic', 'subformat=dynamic,block_size=1M,log_size=1M', 'subformat=dynamic,block_size=32M', 'subformat=fixed', 'subformat=fixed,block_size=256M,log_size=4M']) {
  test(`qemu-img's ${options}: the same bytes`, async () => {
    const { path, raw } = make(options);
    const image = await openVhdx(await openFileSource(path), path);
    expect(image).toMatchObject({ format: 'vhdx', variant: options.includes('fixed') ? 'fixed' : 'dynamic', size: raw.length, sectorSize: 512, ordered: false, volumeOnly: false, files: [path] });
    expect(Buffer.compare(await readWhole(image), raw)).toBe(0);
    const used = await image.usedExtents();
    for (const [offset, length] of STRETCHES) {
      const part = [{ offset: Math.min(offset, raw.length - length), length }];
      expect(totalLength(intersect(used, part))).toBe(length);
    }
    if (options.includes('1M,')) expect(totalLength(used)).toBeLessThan(8 * MIB);
    await expect(image.readInto(image.size - 1, new Uint8Array(2))).rejects.toMatchObject({ code: 'struct-out-of-bounds' });
    await image.close();
  });
}

test('more blocks than one chunk: the entry of a sector bitmap lies between them', async () => {
  // 4 GiB of 512-byte sectors make a chunk: with blocks of 1 MiB every 4097th entry is no payload block.
  const path = join(folder, 'chunks.vhdx');
  run('qemu-img', ['create', '-f', 'vhdx', '-o', 'block_size=1M', path, '9G']);
  for (const [at, pattern] of [['4095M', 1], ['4096M', 2], ['4097M', 3], ['8192M', 4], ['9215M', 5]] as const) run('qemu-io', ['-c', `write -P ${pattern} ${at} 64k`, path]);
  const image = await openVhdx(await openFileSource(path), path);
  const places = [4095, 4096, 4097, 8192, 9215];
  for (const [i, place] of places.entries()) {
    const bytes = Buffer.alloc(65_536);
    await image.readInto(place * MIB, bytes);
    expect(bytes.every((byte) => byte === i + 1)).toBe(true);
  }
  expect(await image.usedExtents()).toEqual([{ offset: 4095 * MIB, length: 3 * MIB }, { offset: 8192 * MIB, length: MIB }, { offset: 9215 * MIB, length: MIB }]);
  await image.close();
});

test('a log that was written and not put in place is replayed in memory', async () => {
  const { path, raw } = make('subformat=dynamic,block_size=1M,log_size=1M');
  const file = load(path);
  const guid = randomBytes(16);
  nameLog(file, guid);
  const bat = regionOffset(file, 'bat');
  // The entries of block 0 and block 5 change places, which only the log tells; then block 33 is let go.
  const table = Buffer.from(file.subarray(bat, bat + 4096));
  const [block0, block5] = [Buffer.from(table.subarray(0, 8)), Buffer.from(table.subarray(40, 48))];
  block5.copy(table, 0);
  block0.copy(table, 40);
  const second = Buffer.from(table);
  second.fill(0, 33 * 8, 34 * 8);
  const log = logOffset(file);
  const entries = [
    logEntry(guid, 7, 0, [{ offset: bat, data: randomBytes(4096) }, { offset: bat, zeros: 4096 }, { offset: bat, data: table }], file.length),
    logEntry(guid, 8, 0, [{ offset: bat, data: second }], file.length),
  ];
  Buffer.concat(entries).copy(file, log);
  const expected = Buffer.from(raw);
  raw.copy(expected, 0, 5 * MIB, 6 * MIB);
  raw.copy(expected, 5 * MIB, 0, MIB);
  expected.fill(0, 33 * MIB, 34 * MIB);
  const before = Buffer.from(file);
  const image = await openVhdx(memoryDevice(file), path);
  expect(Buffer.compare(await readWhole(image), expected)).toBe(0);
  expect(Buffer.compare(file, before)).toBe(0);

  // qemu, which replays into the file, is the oracle.
  const dirty = join(folder, 'dirty.vhdx');
  writeFileSync(dirty, file);
  run('qemu-img', ['check', '-r', 'all', dirty]);
  writeFileSync(join(folder, 'dirty.raw'), expected);
  run('qemu-img', ['compare', '-f', 'vhdx', '-F', 'raw', dirty, join(folder, 'dirty.raw')]);

  // The same two entries, wrapped around the end of the log, behind what an older log left.
  const wrapped = Buffer.from(before);
  wrapped.fill(0, log, log + MIB);
  const start = MIB - entries[0]!.length + 4096;
  const ring = Buffer.concat([logEntry(guid, 7, start, [{ offset: bat, data: randomBytes(4096) }, { offset: bat, zeros: 4096 }, { offset: bat, data: table }], file.length), logEntry(guid, 8, start, [{ offset: bat, data: second }], file.length)]);
  for (let i = 0; i < ring.length; i++) wrapped[log + ((start + i) % MIB)] = ring[i]!;
  logEntry(guid, 3, 512 << 10, [{ offset: bat, data: randomBytes(4096) }], file.length).copy(wrapped, log + (512 << 10));
  expect(Buffer.compare(await readWhole(await openVhdx(memoryDevice(wrapped), path)), expected)).toBe(0);

  // A last entry that was cut off does not count; without any there is nothing to go by.
  const torn = Buffer.from(before);
  torn[log + entries[0]!.length + 5000]! ^= 1;
  const onlyFirst = Buffer.from(expected);
  raw.copy(onlyFirst, 33 * MIB, 33 * MIB, 34 * MIB);
  expect(Buffer.compare(await readWhole(await openVhdx(memoryDevice(torn), path)), onlyFirst)).toBe(0);
  torn[log + 200]! ^= 1;
  expect(await outcome(torn)).toBe('image-log-dirty');

  // Every bit of the log's descriptors, a few of its data: replayed as above, or refused.
  for (let bit = 0; bit < 160 * 8; bit++) {
    before[log + (bit >> 3)]! ^= 1 << (bit & 7);
    expect(await outcome(before), `bit ${bit}`).toBe('image-log-dirty');
    before[log + (bit >> 3)]! ^= 1 << (bit & 7);
  }
});

test('entries that point outside the file, or into other logs, are refused', async () => {
  const { path } = make('subformat=dynamic,block_size=1M,log_size=1M', 3 * MIB, [[0, MIB]]);
  const clean = load(path);
  const guid = randomBytes(16);
  const log = logOffset(clean);
  const attempt = (entry: Buffer, named = guid): Promise<Buffer | string> => {
    const file = Buffer.from(clean);
    nameLog(file, named);
    entry.copy(file, log);
    return outcome(file);
  };
  expect(await attempt(logEntry(guid, 1, 0, [{ offset: clean.length, data: randomBytes(4096) }], clean.length))).toBe('image-log-dirty');
  expect(await attempt(logEntry(guid, 1, 0, [{ offset: 2 ** 52, zeros: 4096 }], clean.length))).toBe('image-log-dirty');
  expect(await attempt(logEntry(guid, 1, 0, [{ offset: 0, zeros: 2 ** 62 }], clean.length))).toBe('image-log-dirty');
  expect(await attempt(logEntry(randomBytes(16), 1, 0, [], clean.length))).toBe('image-log-dirty');
  expect(await attempt(logEntry(guid, 1, 0, [], clean.length + MIB))).toBe('image-truncated');
  expect(Buffer.isBuffer(await attempt(logEntry(guid, 1, 0, [], clean.length)))).toBe(true);
  // Entries that overlap as only malice arranges them: an end in good time.
  const nasty = Buffer.from(clean);
  nameLog(nasty, guid);
  for (let at = 0; at < MIB; at += 4096) {
    const header = logEntry(guid, 1, (at + 4096) % MIB, [], clean.length);
    header.writeUInt32LE(MIB - (at % 8192), 8);
    header.copy(nasty, log + at);
  }
  for (let at = 0; at < MIB; at += 4096) sealed(nasty.subarray(log + at, log + MIB), MIB - at);
  expect(await outcome(nasty)).toBe('image-log-dirty');
});

test('a file that qemu could not bring to an end: the change stands in the log only', async () => {
  const path = join(folder, 'stopped.vhdx');
  run('qemu-img', ['create', '-f', 'vhdx', '-o', 'block_size=1M,log_size=1M', path, '300M']);
  run('qemu-io', ['-c', 'write -P 1 0 64k', '-c', 'write -P 2 100M 64k', path]);
  const bat = regionOffset(load(path), 'bat');
  const file = { driver: 'blkdebug', image: { driver: 'file', filename: path }, 'inject-error': [{ event: 'none', iotype: 'write', errno: 5, sector: bat / 512 }] };
  expect(tryRun('qemu-io', ['-c', 'write -P 3 200M 64k', `json:${JSON.stringify({ driver: 'vhdx', file })}`]).output).toContain('error');
  // It must really be dirty, or nothing is shown.
  const dirty = load(path);
  expect([64 << 10, 128 << 10].some((header) => dirty.subarray(header + 48, header + 64).some((byte) => byte !== 0))).toBe(true);
  expect(tryRun('qemu-io', ['-r', '-c', 'read 0 1', path]).output).toMatch(/log|replay/i);

  const ours = await readWhole(await openVhdx(memoryDevice(dirty), path), 4 * MIB);
  for (const [place, pattern] of [[0, 1], [100, 2], [200, 3]] as const) expect(ours.subarray(place * MIB, place * MIB + 65_536).every((byte) => byte === pattern), `at ${place} MiB`).toBe(true);
  run('qemu-img', ['check', '-r', 'all', path]);
  run('qemu-img', ['convert', '-O', 'raw', path, `${path}.raw`]);
  expect(Buffer.compare(ours, load(`${path}.raw`))).toBe(0);
});
