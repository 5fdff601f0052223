import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { classifyImage, formatStick, memoryDevice, recognise } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { blankFile, counting, labFolder, run, seeded } from '../lab.ts';

const MIB = 1024 * 1024;
const folder = labFolder();
/** What looking at one volume may read: its head, a bitmap or FAT with its cap, directories with theirs. */
const MAX_BYTES = 32 * MIB;
const MAX_READ = 2 * MIB;
const ROUNDS = 60;

// A plain array: a Buffer's slice would share its memory with the original.
const practice = (): Uint8Array => new Uint8Array(gunzipSync(readFileSync(new URL('../../../resources/practice/practice-disk.img.gz', import.meta.url))));

/** Spoils a volume where its structures are: small changes, whole words, and extremes. */
function spoil(bytes: Uint8Array, places: readonly (readonly [number, number])[], seed: number): void {
  const random = seeded(seed);
  const view = new DataView(bytes.buffer);
  for (let i = Math.floor(random() * 12); i >= 0; i--) {
    const [from, length] = places[Math.floor(random() * places.length)] ?? [0, 512];
    const at = from + Math.floor(random() * (length - 8));
    const choice = Math.floor(random() * 4);
    if (choice === 0) bytes[at]! ^= 1 << Math.floor(random() * 8);
    else if (choice === 1) view.setUint32(at, 0xffffffff, true);
    else if (choice === 2) view.setUint32(at, Math.floor(random() * 2 ** 32), true);
    else view.setUint16(at, Math.floor(random() * 64), true);
  }
}

async function survive(volume: Uint8Array, places: readonly (readonly [number, number])[]): Promise<void> {
  let recognised = 0;
  const sound = places.map(([from, length]) => volume.slice(from, from + length));
  for (let seed = 1; seed <= ROUNDS; seed++) {
    places.forEach(([from], i) => volume.set(sound[i] ?? [], from));
    spoil(volume, places, seed);
    const source = counting(memoryDevice(volume));
    const found = await recognise(source);
    if (found) recognised++;
    await classifyImage(await head(source), source.size, source);
    expect(source.largestRead, `seed ${seed}`).toBeLessThanOrEqual(MAX_READ);
    expect(source.bytesRead, `seed ${seed}`).toBeLessThanOrEqual(MAX_BYTES);
  }
  // The damage must reach behind the magic, or nothing was tested.
  expect(recognised).toBeGreaterThan(ROUNDS / 10);
}

async function head(source: { size: number; readInto(offset: number, buffer: Uint8Array): Promise<void> }): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.min(source.size, MIB));
  await source.readInto(0, bytes);
  return bytes;
}

test('FAT16, NTFS and ext4 with damaged structures', async () => {
  const disk = practice();
  await survive(disk.slice(MIB, 9 * MIB), [[11, 60], [512, 512], [33 * 512, 2048]]);
  const ntfs = disk.slice(10 * MIB, 42 * MIB);
  const mft = new DataView(ntfs.buffer).getUint32(0x30, true) * 512 * (ntfs[0x0d] ?? 0);
  await survive(ntfs, [[11, 80], [mft + 3 * 1024, 512], [mft + 5 * 1024, 512], [mft + 6 * 1024, 512]]);
  await survive(disk.slice(42 * MIB, 62 * MIB), [[1024, 512]]);
});

test('FAT32 and exFAT with damaged structures', async () => {
  for (const fileSystem of ['fat32', 'exfat'] as const) {
    const disk = memoryDevice(40 * MIB);
    await formatStick(disk, { fileSystem, label: 'HOSTILE' });
    const volume = disk.bytes.slice(MIB);
    const boot = new DataView(volume.buffer);
    const root = fileSystem === 'exfat' ? boot.getUint32(0x58, true) * 512 + (boot.getUint32(0x60, true) - 2) * 4096 : (boot.getUint16(14, true) + 2 * boot.getUint32(36, true)) * 512;
    await survive(volume, [[11, 110], [512, 512], [root, 128]]);
  }
});

need({ tools: ['genisoimage', 'mkudffs'] })('ISO 9660 and UDF with damaged structures', async () => {
  const path = blankFile(folder, 'hostile.iso', 0);
  run('genisoimage', ['-quiet', '-udf', '-J', '-V', 'HOSTILE', '-o', path, new URL('../../support', import.meta.url).pathname]);
  await survive(new Uint8Array(readFileSync(path)), [[32 * 1024, 12 * 1024], [64 * 1024, 48 * 1024], [256 * 2048, 64], [257 * 2048, 16 * 1024]]);
  const udf = blankFile(folder, 'hostile.udf', 8 * MIB);
  run('mkudffs', ['--blocksize=512', '--media-type=hd', udf]);
  await survive(new Uint8Array(readFileSync(udf)), [[32 * 1024, 8 * 1024], [256 * 512, 64], [96 * 512, 16 * 512]]);
});
