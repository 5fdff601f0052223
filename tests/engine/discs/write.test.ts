import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  classifyImage, folderTree, memoryDevice, memoryEntry, openFileSource, overlayTree, planIso, readBytes, readDisc, writeIso,
  type BlockSink, type IsoOptions, type TreeEntry,
} from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { labFolder, run, tryRun } from '../lab.ts';
import { hashFolder, hashTree, makeTree, sha256, WHEN, type Hashes } from './discs.ts';

const folder = labFolder();
const tree = makeTree(join(folder, 'tree'));
const wanted = hashFolder(tree);
const OPTIONS: IsoOptions = { label: 'Made by us', when: WHEN };
let number = 0;

/** An ISO of a folder, and its path. */
async function made(options: Partial<IsoOptions> = {}, from = tree): Promise<{ path: string; bytes: Uint8Array }> {
  const plan = planIso(await folderTree(from), { ...OPTIONS, ...options });
  const sink = memoryDevice(plan.size);
  const { sha256: sum } = await writeIso(plan, sink);
  expect(sum).toBe(sha256(sink.bytes));
  const path = join(folder, `made-${++number}.iso`);
  writeFileSync(path, sink.bytes);
  return { path, bytes: sink.bytes };
}

function extracted(tool: string, args: (into: string) => readonly string[]): Hashes {
  const into = join(folder, `out-${++number}`);
  mkdirSync(into);
  run(tool, args(into));
  return hashFolder(into);
}

need({ tools: ['7z', 'xorriso', 'isoinfo'] })('what we write is read by 7-Zip (UDF), xorriso and isoinfo (Joliet, ISO 9660), and by ourselves', async () => {
  const { path, bytes } = await made();
  const disc = await readDisc(memoryDevice(bytes));
  expect(disc).toMatchObject({ label: 'Made by us', view: 'udf', views: ['udf', 'joliet', 'iso9660'] });
  for (const view of ['udf', 'joliet'] as const) expect(await hashTree((await readDisc(memoryDevice(bytes), { view })).tree), view).toEqual(wanted);
  expect(disc.tree.entries.find((entry) => entry.path === 'README.TXT')?.modifiedAt).toEqual(WHEN);
  const plain = await hashTree((await readDisc(memoryDevice(bytes), { view: 'iso9660' })).tree);
  expect(Object.values(plain).sort()).toEqual(Object.values(wanted).sort());
  expect(plain['SOURCES/BOOT.WIM']).toBe(wanted['SOURCES/BOOT.WIM']);

  expect(run('7z', ['t', path])).toContain('Everything is Ok');
  expect(run('7z', ['l', path])).toMatch(/Type = Udf[^]*Created = 2024-05-06 07:08:10/);
  expect(extracted('7z', (into) => ['x', '-y', `-o${into}`, path])).toEqual(wanted);
  expect(extracted('7z', (into) => ['x', '-y', '-tiso', `-o${into}`, path])).toEqual(wanted);
  const theirs = extracted('xorriso', (into) => ['-read_fs', 'norock', '-osirrox', 'on', '-indev', path, '-extract', '/', into]);
  expect(theirs).toEqual(wanted);
  const listed = run('isoinfo', ['-i', path, '-J', '-f']).trim().split('\n').map((line) => line.slice(1).replace(/;1$/, ''));
  // isoinfo prints Latin-1 at best.
  const ascii = (name: string): boolean => /^[ -~]+$/.test(name) && !name.includes('__');
  expect(listed).toHaveLength(Object.keys(wanted).length);
  expect(listed.filter(ascii).sort()).toEqual(Object.keys(wanted).filter(ascii).sort());
  const two = run('isoinfo', ['-i', path, '-x', '/SOURCES/TWO.BIN;1']);
  expect(two).toBe(readFileSync(join(tree, 'SOURCES/TWO.BIN'), 'utf8'));
  expect(run('isoinfo', ['-i', path, '-J', '-x', '/SOURCES/TWO.BIN;1'])).toBe(two);
  expect(tryRun('blkid', ['-p', '-o', 'export', path]).output).toMatch(/LABEL=Made\\? by\\? us[^]*TYPE=udf/);
});

need({ tools: ['7z', 'xorriso'] })('without UDF: Joliet and ISO 9660; as a stub: UDF alone', async () => {
  const joliet = await made({ udf: false });
  expect(await readDisc(memoryDevice(joliet.bytes))).toMatchObject({ view: 'joliet', views: ['joliet', 'iso9660'] });
  expect(extracted('7z', (into) => ['x', '-y', `-o${into}`, joliet.path])).toEqual(wanted);
  const stub = await made({ isoTree: 'stub' });
  expect(await readDisc(memoryDevice(stub.bytes))).toMatchObject({ view: 'udf', views: ['udf', 'iso9660'] });
  expect(extracted('7z', (into) => ['x', '-y', `-o${into}`, stub.path])).toEqual(wanted);
  const seen = extracted('xorriso', (into) => ['-osirrox', 'on', '-indev', stub.path, '-extract', '/', into]);
  expect(Object.keys(seen)).toEqual(['README.TXT']);
});

test('the same files and the same time make the same disc', async () => {
  const [a, b] = [await made({ hybrid: false }), await made({})];
  expect(Buffer.compare(a.bytes, b.bytes)).toBe(0);
});

need({ tools: ['xorriso', 'mdir', 'fsck.fat', 'sfdisk', 'sgdisk', 'fdisk', '7z', 'blkid'] })('boot images: those of Windows media, or a FAT image of the loaders; hybrid shows it as a partition', async () => {
  const from = makeTree(join(folder, 'boots'), { plainNames: true });
  for (const [path, size] of [['efi/boot/bootx64.efi', 700_000], ['efi/boot/grubx64.efi', 2_500_000], ['efi/boot/a name that is long.efi', 10]] as const) {
    mkdirSync(join(from, path, '..'), { recursive: true });
    writeFileSync(join(from, path), Buffer.alloc(size, path));
  }
  const { path, bytes } = await made({ hybrid: true }, from);
  const disc = await readDisc(memoryDevice(bytes));
  const [efi] = disc.boot;
  expect(disc.boot).toHaveLength(1);
  expect(efi).toMatchObject({ platform: 'efi', bootable: true, emulation: 'none' });
  const image = join(folder, 'efi.img');
  writeFileSync(image, bytes.subarray(efi!.offset, efi!.offset + efi!.loadBytes));
  const check = tryRun('fsck.fat', ['-n', image]);
  expect(check.status, check.output).toBe(0);
  expect(run('mdir', ['-i', image, '-b', '::/EFI/BOOT'])).toBe('::/EFI/BOOT/BOOTX64.EFI\n::/EFI/BOOT/GRUBX64.EFI\n');
  run('mcopy', ['-i', image, '::/EFI/BOOT/GRUBX64.EFI', join(folder, 'grub.efi')]);
  expect(readFileSync(join(folder, 'grub.efi')).equals(readFileSync(join(from, 'efi/boot/grubx64.efi')))).toBe(true);

  expect(partitionsOf(path)).toMatchObject({ label: 'gpt', partitions: [{ start: efi!.offset / 512, size: efi!.loadBytes / 512, type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B' }] });
  expect(run('sgdisk', ['-v', path])).toContain('No problems found.');
  expect(tryRun('fdisk', ['-l', path]).output).toMatch(/Disklabel type: gpt[^]*EFI System/);
  expect(await classifyImage(bytes.subarray(0, 1 << 20), bytes.length)).toMatchObject({ kind: 'hybrid-iso' });
  expect(run('xorriso', ['-indev', path, '-report_el_torito', 'plain'])).toMatch(/El Torito boot img :\s+1\s+UEFI\s+y\s+none/);
  // Behind the second anchor lies the table's backup: every tree is as whole as without it.
  expect(run('7z', ['t', path])).toContain('Everything is Ok');
  expect(tryRun('blkid', ['-p', '-o', 'export', path]).output).toContain('TYPE=udf');
  const joliet = await made({ hybrid: true, udf: false }, from);
  expect(run('sgdisk', ['-v', joliet.path])).toContain('No problems found.');
  expect(extracted('7z', (into) => ['x', '-y', `-o${into}`, joliet.path])).toMatchObject(hashFolder(from));
});

interface FoundTable {
  readonly label: string;
  readonly partitions: readonly { readonly start: number; readonly size: number; readonly type: string; readonly bootable?: boolean }[];
}

const partitionsOf = (path: string): FoundTable => (JSON.parse(run('sfdisk', ['--json', path])) as { partitiontable: FoundTable }).partitiontable;

need({ tools: ['xorriso', 'sfdisk', 'sgdisk', 'fdisk'] })('hybrid with an image for a BIOS: boot code that knows it, an active entry, and a GPT where UEFI starts from it as well', async () => {
  const from = makeTree(join(folder, 'both'), { plainNames: true });
  mkdirSync(join(from, 'isolinux'));
  const loader = Buffer.alloc(30_001, 'a loader');
  writeFileSync(join(from, 'isolinux/isolinux.bin'), loader);
  const bios = await made({ hybrid: true }, from);
  expect(partitionsOf(bios.path)).toMatchObject({ label: 'dos', partitions: [{ start: 0, size: bios.bytes.length / 512, type: '17', bootable: true }] });
  expect(run('xorriso', ['-indev', bios.path, '-report_el_torito', 'plain'])).toMatch(/El Torito boot img :\s+1\s+BIOS\s+y\s+none\s+0x0000\s+0x00\s+4\s/);
  const [image] = (await readDisc(memoryDevice(bios.bytes))).boot;
  const view = new DataView(bios.bytes.buffer);
  expect([view.getUint32(425, true) * 2048, view.getUint16(435, true) * 512]).toEqual([image!.offset, image!.loadBytes]);

  mkdirSync(join(from, 'efi/boot'), { recursive: true });
  writeFileSync(join(from, 'efi/boot/bootx64.efi'), Buffer.alloc(100_000, 1));
  const both = await made({ hybrid: true }, from);
  expect(partitionsOf(both.path)).toMatchObject({ label: 'gpt', partitions: [{ type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B' }] });
  expect(run('sgdisk', ['-v', both.path])).toContain('No problems found.');
  expect([...both.bytes.subarray(446 + 4, 446 + 5), ...both.bytes.subarray(462, 463)]).toEqual([0xee, 0x80]);
  expect(run('xorriso', ['-indev', both.path, '-report_el_torito', 'plain'])).toMatch(/1\s+BIOS\s+y\s+none[^]*2\s+UEFI\s+y\s+none/);
  expect(await classifyImage(both.bytes.subarray(0, 1 << 20), both.bytes.length)).toMatchObject({ kind: 'hybrid-iso' });
  // The same input makes the same bytes, identifiers of the table too.
  expect(Buffer.compare((await made({ hybrid: true }, from)).bytes, both.bytes)).toBe(0);
});

need({ tools: ['xorriso'] })('the boot information table says what xorriso makes it say, and nothing else of the file changes', async () => {
  const from = join(folder, 'table');
  mkdirSync(join(from, 'isolinux'), { recursive: true });
  // Of a length that no word ends at.
  const loader = Buffer.from(Array.from({ length: 30_001 }, (_, i) => (i * 7919) >> 3));
  writeFileSync(join(from, 'isolinux/isolinux.bin'), loader);
  const theirs = join(folder, 'table.iso');
  run('xorriso', ['-as', 'mkisofs', '-quiet', '-b', 'isolinux/isolinux.bin', '-c', 'boot.cat', '-no-emul-boot', '-boot-load-size', '4', '-boot-info-table', '-o', theirs, from]);
  const imageOf = async (bytes: Uint8Array): Promise<{ block: number; file: Buffer }> => {
    const disc = await readDisc(memoryDevice(bytes));
    const entry = disc.tree.entries.find(({ path }) => /isolinux\.bin$/i.test(path))!;
    const contents = await entry.open();
    return { block: disc.boot[0]!.offset / 2048, file: Buffer.from(await readBytes(contents, 0, entry.size)) };
  };
  const other = await imageOf(new Uint8Array(readFileSync(theirs)));
  const ours = await imageOf((await made({}, from)).bytes);
  expect(ours.file.readUInt32LE(12)).toBe(ours.block);
  expect(other.file.readUInt32LE(12)).toBe(other.block);
  const placeless = (file: Buffer): Buffer => Buffer.concat([file.subarray(0, 12), file.subarray(16)]);
  expect(placeless(ours.file).equals(placeless(other.file))).toBe(true);
  expect(ours.file.subarray(64).equals(loader.subarray(64))).toBe(true);

  // One that is not known to need it gets it when it is asked for, and only then.
  const tree = { label: '', entries: [memoryEntry('boot/etfsboot.com', loader)] };
  for (const bootInfo of [true, false]) {
    const plan = planIso(tree, { ...OPTIONS, boot: { bootInfo } });
    const sink = memoryDevice(plan.size);
    await writeIso(plan, sink);
    expect(plan.boot).toEqual({ bios: 'boot/etfsboot.com', efi: null, bootInfo });
    expect((await imageOfFirst(sink.bytes)).equals(loader)).toBe(!bootInfo);
  }
  expect(() => planIso({ label: '', entries: [memoryEntry('isolinux.bin', Buffer.alloc(63))] }, OPTIONS)).toThrow(/disc-boot-image-invalid/);
});

async function imageOfFirst(bytes: Uint8Array): Promise<Buffer> {
  const [entry] = (await readDisc(memoryDevice(bytes))).tree.entries.filter(({ kind }) => kind === 'file');
  return Buffer.from(await readBytes(await entry!.open(), 0, entry!.size));
}

need({ tools: ['7z'] })('a file beyond 4 GiB lies in several extents of every tree, whole', async () => {
  const size = 4.25 * 2 ** 30 + 3;
  /** Zeros, but for each GiB's first bytes and the file's last. */
  const large: TreeEntry = {
    ...memoryEntry('sources/install.wim', new Uint8Array()), size,
    open: async () => ({ size, sectorSize: 512, readInto: async (offset, buffer) => { buffer.fill(0); mark(offset, buffer); }, close: async () => undefined }),
  };
  const marks = [0, 1, 2, 3, 4].map((gib) => gib * 2 ** 30).concat(0xfffff800, size - 1);
  const mark = (offset: number, buffer: Uint8Array): void => {
    for (const [i, at] of marks.entries()) if (at >= offset && at < offset + buffer.length) buffer[at - offset] = i + 1;
  };
  const plan = planIso({ label: '', entries: [large, memoryEntry('b', Buffer.from('behind it'))] }, { ...OPTIONS, isoTree: 'full' });
  const path = join(folder, 'large.iso');
  const file = await open(path, 'w');
  await file.truncate(plan.size);
  const zeros = Buffer.alloc(4 << 20);
  const sink: BlockSink = {
    size: plan.size, sectorSize: 2048, ordered: false, readsZero: true, flush: async () => undefined, close: async () => undefined,
    writeAt: async (offset, data) => { if (zeros.compare(data, 0, data.length, 0, data.length) !== 0) await file.write(data, 0, data.length, offset); },
  };
  await writeIso(plan, sink);
  await file.close();

  const source = await openFileSource(path);
  for (const view of ['udf', 'joliet', 'iso9660'] as const) {
    const { tree: read } = await readDisc(source, { view });
    const entry = read.entries.find((candidate) => candidate.size === size)!;
    const contents = await entry.open();
    for (const [i, at] of marks.entries()) expect((await readBytes(contents, at, 1))[0], `${view} at ${at}`).toBe(i + 1);
    expect([...(await readBytes(contents, 0xfffff800 - 2, 5))], view).toEqual([0, 0, 6, 0, 0]);
  }
  await source.close();
  expect(run('7z', ['l', path])).toContain(String(size));
  // By itself such a disc has its files in UDF only, as those of Windows.
  expect(planIso({ label: '', entries: [large] }, OPTIONS).views).toEqual(['udf', 'iso9660']);
});

test('what does not fit on a disc is refused before anything is written', async () => {
  const file = (path: string, size = 1) => ({ ...memoryEntry(path, new Uint8Array(1)), size });
  const plan = (files: readonly ReturnType<typeof file>[], options: Partial<IsoOptions> = {}) => planIso({ label: '', entries: files }, { ...OPTIONS, ...options });
  expect(() => plan([file('n'.repeat(255))])).toThrow(/disc-name-unfit/);
  expect(() => plan([file('n'.repeat(104))], { udf: false })).toThrow(/disc-name-unfit/);
  expect(() => plan([file('a:b')], { udf: false })).toThrow(/disc-name-unfit/);
  expect(() => plan([file('huge', 2 ** 38)])).toThrow(/disc-file-too-large/);
  expect(() => plan(Array.from({ length: 40 }, (_, i) => file(`f${i}`, 2 ** 37 + 2 ** 36)).concat(Array.from({ length: 10 }, (_, i) => file(`g${i}`, 2 ** 37 + 2 ** 36))))).toThrow(/disc-too-large/);
  expect(() => plan([file('a')], { hybrid: true })).toThrow(/disc-boot-image-missing/);
  expect(() => plan([file('efi/microsoft/boot/efisys.bin', 700)])).toThrow(/disc-boot-image-invalid/);
  expect(() => plan([file('boot/etfsboot.com', 1 << 20)])).toThrow(/disc-boot-image-invalid/);
  expect(() => plan([file('../up')])).toThrow(/tree-name-unsafe/);
  expect(() => plan([file('a'), file('a')])).toThrow(/tree-name-twice/);
  expect(() => plan([file('a'), file('a/b')])).toThrow(/tree-name-twice/);
  const shrunk = plan([file('f', 2)]);
  await expect(writeIso(shrunk, memoryDevice(shrunk.size))).rejects.toMatchObject({ code: 'file-changed' });
});

test('files put into a tree take the place of others in any case, and bring their folders', async () => {
  const base = { label: '', entries: [{ ...memoryEntry('EFI', new Uint8Array()), kind: 'folder' as const }, memoryEntry('EFI/Boot.txt', new Uint8Array(1))] };
  const over = overlayTree(base, [memoryEntry('efi/boot.TXT', new Uint8Array(2)), memoryEntry('efi/new/deep/File', new Uint8Array(3)), memoryEntry('efi/NEW/other', new Uint8Array(4))]);
  expect(over.replaced).toEqual(['EFI/Boot.txt']);
  expect(over.tree.entries.map(({ path, size }) => `${path} ${size}`)).toEqual(['EFI 0', 'EFI/Boot.txt 2', 'EFI/new 0', 'EFI/new/deep 0', 'EFI/new/deep/File 3', 'EFI/new/other 4']);
  expect(() => overlayTree(base, [memoryEntry('EFI/boot.txt/x', new Uint8Array())])).toThrow(/tree-name-twice/);
});
