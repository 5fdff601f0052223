import { cpSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect } from 'vitest';
import { clonezillaDisks, openClonezilla } from '../../../../native-free-engine/images/clonezilla/index.ts';
import { EngineError, intersect, type BlockSource } from '../../../../native-free-engine/index.ts';
import { need } from '../../../support/need.ts';
import { labFolder, run } from '../../lab.ts';
import { MIB, makeFolder, type MadeFolder } from './clonezilla-lab.ts';

const base = labFolder();
const test = need({ root: true, tools: ['partclone.extfs', 'partclone.ntfs', 'partclone.fat', 'partclone.restore', 'sfdisk', 'mkswap', 'mkntfs', 'mkfs.ext4', 'mkfs.fat', 'zstd', 'lz4', 'xz', 'bzip2', 'gzip'] });

async function readWhole(source: BlockSource, step = 1_500_000): Promise<Buffer> {
  const bytes = Buffer.alloc(source.size, 0xee);
  for (let at = 0; at < bytes.length; at += step) await source.readInto(at, bytes.subarray(at, Math.min(at + step, bytes.length)));
  return bytes;
}

async function outcome(folder: string): Promise<Buffer | string> {
  try {
    const image = await openClonezilla(folder);
    try {
      return await readWhole(image);
    } finally {
      await image.close();
    }
  } catch (error) {
    if (error instanceof EngineError && error.code !== 'unexpected') return error.code;
    throw error;
  }
}

let gptDisk: Promise<MadeFolder> | null = null;
const gpt = (): Promise<MadeFolder> =>
  (gptDisk ??= makeFolder(base, 'gpt', 'gpt', 64 * MIB, [
    { number: 1, start: MIB, length: 12 * MIB, content: 'vfat', packing: 'gz', split: 150 },
    { number: 2, start: 13 * MIB, length: 16 * MIB, content: 'ext4', packing: 'zst', split: 2000 },
    { number: 3, start: 29 * MIB, length: 4 * MIB, content: 'swap' },
    { number: 4, start: 33 * MIB, length: 12 * MIB, content: 'ntfs', packing: 'lz4', split: 5000 },
    { number: 5, start: 45 * MIB, length: MIB, content: 'noise', packing: 'xz', split: 300_000 },
    { number: 7, start: 46 * MIB, length: MIB, content: 'noise', packing: '' },
    { number: 6, start: 47 * MIB, length: 8 * MIB, content: 'ext4', packing: 'bz2' },
  ]));
let mbrDisk: Promise<MadeFolder> | null = null;
const mbr = (): Promise<MadeFolder> =>
  (mbrDisk ??= makeFolder(base, 'mbr', 'dos', 48 * MIB, [
    { number: 1, start: MIB, length: 8 * MIB, content: 'ntfs', packing: 'gz' },
    { number: 5, start: 11 * MIB, length: 8 * MIB, content: 'ext4', packing: 'zst', split: 50_000 },
    { number: 6, start: 20 * MIB, length: MIB, content: 'noise', packing: 'lz4' },
    { number: 7, start: 22 * MIB, length: 4 * MIB, content: 'swap' },
  ], `2 : start=${(10 * MIB) / 512}, size=${(30 * MIB) / 512}, type=5`));

/** A copy of a folder to damage; the files of the copy are its own. */
function copyOf(folder: string, name: string): string {
  const copy = join(base, name);
  rmSync(copy, { recursive: true, force: true });
  cpSync(folder, copy, { recursive: true });
  return copy;
}

describe('Clonezilla folders', () => {
  test('a GPT disk: every packing, pieces, swap space made anew', async () => {
    const { folder, expected } = await gpt();
    expect(await clonezillaDisks(folder)).toEqual(['sda']);
    const image = await openClonezilla(folder);
    expect(image).toMatchObject({ format: 'clonezilla', ordered: true, volumeOnly: false, size: 64 * MIB, sectorSize: 512, location: folder });
    const whole = await readWhole(image);
    for (let at = 0; at < whole.length; at += 65_536) if (Buffer.compare(whole.subarray(at, at + 65_536), expected.subarray(at, at + 65_536)) !== 0) expect.fail(`different at ${at}`);
    expect(image.files.map((file) => basename(file))).toEqual(expect.arrayContaining(readdirSync(folder).filter((name) => name.includes('-img'))));
    // What is not said to be used is zero, and what is read alone is the same.
    const rest = Buffer.from(whole);
    const used = await image.usedExtents();
    for (const { offset, length } of used) rest.fill(0, offset, offset + length);
    expect(rest.every((byte) => byte === 0)).toBe(true);
    expect(intersect(used, [{ offset: 56 * MIB, length: 4 * MIB }])).toEqual([]);
    const again = Buffer.alloc(100_000);
    for (const at of [60 * MIB, 14 * MIB, 2 * MIB, 0]) {
      await image.readInto(at, again);
      expect(Buffer.compare(again, expected.subarray(at, at + 100_000))).toBe(0);
    }
    await image.close();
    const out = join(base, 'gpt.out');
    writeFileSync(out, whole);
    expect(run('sfdisk', ['--verify', out])).toContain('No errors detected');
    expect(run('blkid', ['-p', '-O', String(29 * MIB), '-s', 'UUID', '-s', 'LABEL', '-s', 'TYPE', '-o', 'export', out])).toMatch(/LABEL=paging[^]*UUID=1bcb2760-6aff-4b63-a33f-3f34c9685642[^]*TYPE=swap/);
  });

  test('an MBR disk with logical partitions: their chain is built anew', async () => {
    const { folder, expected } = await mbr();
    const image = await openClonezilla(folder);
    const whole = await readWhole(image, 3 * MIB);
    await image.close();
    const out = join(base, 'mbr.out');
    writeFileSync(out, whole);
    const lines = (file: string): string[] => run('sfdisk', ['--dump', file]).split('\n').filter((line) => line.includes('start=')).map((line) => line.replace(/^.*?(\d+) :/, '$1 :'));
    expect(lines(out)).toEqual(lines(`${base}/mbr.disk`));
    for (const [start, end] of [[0, MIB], [MIB, 9 * MIB], [11 * MIB, 19 * MIB], [20 * MIB, 21 * MIB], [22 * MIB, 22 * MIB + 4096]] as const) {
      expect(Buffer.compare(whole.subarray(start, end), expected.subarray(start, end)), `at ${start}`).toBe(0);
    }
  });

  test('missing files have their name in the error', async () => {
    const { folder } = await gpt();
    const without = async (name: string, code: string, params: object): Promise<void> => {
      const copy = copyOf(folder, 'missing');
      rmSync(join(copy, name));
      await expect(openClonezilla(copy).then(readWhole)).rejects.toMatchObject({ code, params });
    };
    await without('sda2.ext4-ptcl-img.zst.aa', 'image-part-missing', { part: 'sda2.ext4-ptcl-img.zst.aa' });
    await without('sda5.dd-img.xz.ab', 'image-part-missing', { part: 'sda5.dd-img.xz.ab' });
    await without('sda6.ext4-ptcl-img.bz2', 'image-part-missing', { part: 'sda6.*-ptcl-img' });
    for (const name of ['parts', 'sda-pt.sf', 'sda-mbr', 'sda-gpt-1st']) await without(name, 'image-part-missing', { part: name });
    const last = readdirSync(folder).filter((name) => name.startsWith('sda5.')).sort().at(-1)!;
    await without(last, 'image-truncated', {});
    expect(await clonezillaDisks(base)).toEqual([]);
    await expect(openClonezilla(join(base, 'nowhere'))).rejects.toMatchObject({ code: 'image-not-found' });
  });

  test('what is not read here is refused by name', async () => {
    const { folder } = await gpt();
    const changed = async (change: (copy: string) => void, code: string): Promise<void> => {
      const copy = copyOf(folder, 'changed');
      change(copy);
      await expect(openClonezilla(copy)).rejects.toMatchObject({ code });
    };
    await changed((copy) => renameSync(join(copy, 'sda6.ext4-ptcl-img.bz2'), join(copy, 'sda6.ntfs-img.bz2')), 'image-feature-unsupported');
    await changed((copy) => renameSync(join(copy, 'sda6.ext4-ptcl-img.bz2'), join(copy, 'sda6.ext4-ptcl-img.lrz')), 'image-feature-unsupported');
    await changed((copy) => writeFileSync(join(copy, 'lvm_vg_dev.list'), 'vg /dev/sda6 x\n'), 'image-feature-unsupported');
    await changed((copy) => writeFileSync(join(copy, 'ecryptfs.info'), 'x\n'), 'image-feature-unsupported');
    await changed((copy) => writeFileSync(join(copy, 'disk'), 'sda sdb\n'), 'image-feature-unsupported');
    await changed((copy) => writeFileSync(join(copy, 'sda6.xfs-ptcl-img.gz'), 'x'), 'image-corrupt');
    await changed((copy) => writeFileSync(join(copy, 'parts'), 'sda1 sda9\n'), 'image-corrupt');
  });

  test('a hostile folder: links, names that lead out, tables that lie', async () => {
    const { folder, expected } = await gpt();
    const changed = async (change: (copy: string) => void, code: RegExp): Promise<void> => {
      const copy = copyOf(folder, 'hostile');
      change(copy);
      expect(await outcome(copy)).toMatch(code);
    };
    const edit = (name: string, change: (text: string) => string) => (copy: string): void => writeFileSync(join(copy, name), change(readFileSync(join(copy, name), 'utf8')));
    await changed((copy) => {
      rmSync(join(copy, 'sda7.dd-img'));
      symlinkSync('/etc/passwd', join(copy, 'sda7.dd-img'));
    }, /^image-unreadable$/);
    await changed(edit('disk', () => '../gpt/sda\n'), /^image-part-missing$/);
    await changed(edit('sda-pt.sf', (text) => text.replace(/start= *2048/, 'start=1')), /^table-corrupt|image-corrupt$/);
    await changed(edit('sda-pt.sf', (text) => text.replace(/size= *\d+/, 'size=999999999999999')), /^image-corrupt$/);
    await changed(edit('sda-pt.sf', (text) => text.replace(/^\/dev\/sda2/m, '/dev/sdx2')), /^image-corrupt$/);
    await changed(edit('sda-pt.sf', (text) => text.replace(/sector-size: 512/, 'sector-size: 0')), /^image-corrupt$/);
    await changed(edit('sda-pt.parted', (text) => text.replace(/: \d+s/, ': 100s')), /^image-corrupt$/);
    await changed(edit('sda-pt.sf', (text) => text + '/dev/sda1 : start=34, size=1, type=83\n'.repeat(5000)), /^image-corrupt$/);

    // Bits of the saved tables: a named error, or the very disk.
    const copy = copyOf(folder, 'bits');
    for (const name of ['sda-gpt-1st', 'sda-gpt-2nd']) {
      const file = readFileSync(join(copy, name));
      const header = file.indexOf('EFI PART');
      for (let bit = header * 8; bit < (header + 92) * 8; bit += 5) {
        file[bit >> 3]! ^= 1 << (bit & 7);
        writeFileSync(join(copy, name), file);
        await expect(openClonezilla(copy), `${name}, bit ${bit}`).rejects.toBeInstanceOf(EngineError);
        file[bit >> 3]! ^= 1 << (bit & 7);
      }
      writeFileSync(join(copy, name), file);
    }
    expect(Buffer.compare((await outcome(copy)) as Buffer, expected)).toBe(0);
    for (const name of readdirSync(copy).filter((file) => file.includes('-img') && !file.startsWith('sda7'))) {
      const file = readFileSync(join(copy, name));
      const at = file.length >> 1;
      file[at]! ^= 0x10;
      writeFileSync(join(copy, name), file);
      if (/\.(aa|bz2)$/.test(name)) {
        // A bit that nobody needs, in padding or in a header's spare field, may change and the disk is still the very disk.
        const found = await outcome(copy);
        if (typeof found === 'string') expect(found, name).toMatch(/^image-(corrupt|truncated|cluster-corrupt|format-unsupported)$/);
        else expect(Buffer.compare(found, expected), name).toBe(0);
      }
      file[at]! ^= 0x10;
      writeFileSync(join(copy, name), file);
    }
  });

  test('selected partitions: the others read as zeros', async () => {
    const { folder, expected } = await gpt();
    const copy = copyOf(folder, 'parts-only');
    rmSync(join(copy, 'disk'));
    writeFileSync(join(copy, 'parts'), 'sda2\n');
    const only = Buffer.from(expected);
    for (const [start, length] of [[1, 12], [33, 22]] as const) only.fill(0, start * MIB, (start + length) * MIB);
    expect(Buffer.compare((await outcome(copy)) as Buffer, only)).toBe(0);
  });
});
