import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  EngineError, memoryDevice, openFileSource, openWindowsMedia, planFatStick, planWindowsTree, writeSticks, type BlockDevice, type StickFirmware, type WindowsMedia,
} from '../../../native-free-engine/index.ts';
import { windowsIso, WINDOWS_ISO_TOOLS } from '../../labs/windows-iso.ts';
import { memoryEntry, memoryTree } from '../../support/memory-tree.ts';
import { need } from '../../support/need.ts';
import { hashFolder, hashTree } from '../discs/discs.ts';
import { labFolder, run, tryRun } from '../lab.ts';

const MIB = 1024 * 1024;
const folder = labFolder();
const NEEDS = { tools: [...WINDOWS_ISO_TOOLS, '7z', 'fsck.fat'] };

async function openIso(): Promise<WindowsMedia> {
  const path = await windowsIso();
  const source = await openFileSource(path);
  const media = await openWindowsMedia(source, path);
  return { ...media, close: () => media.close().then(() => source.close()) };
}

/** Writes sticks of these sizes, and returns the disks. */
async function made(media: WindowsMedia, sizes: readonly number[], options: { firmware?: StickFirmware; partBytes?: number; extras?: Parameters<typeof planWindowsTree>[1]['extras'] } = {}) {
  const { firmware = 'uefi', extras = [], partBytes } = options;
  const contents = await planWindowsTree(media, { firmware, extras, ...(partBytes ? { partBytes, largestFile: partBytes } : {}) });
  const disks = sizes.map((size) => memoryDevice(new Uint8Array(size).fill(0xe5)));
  const groups = disks.map((device, index) => ({
    stick: planFatStick({ disk: { name: `stick ${index}`, size: device.size, sectorSize: 512 }, tree: contents.tree, firmware, label: 'WIN11' }),
    targets: [{ id: String(index), device, reopen: null }],
  }));
  const lanes = await writeSticks({ groups, verify: true, signal: new AbortController().signal, report: () => undefined });
  return { disks, contents, lanes, groups };
}

/** The partition as a file, the way Debian's tools like it. */
function partitionOf(disk: { readonly bytes: Uint8Array }, name: string): string {
  const path = join(folder, name);
  writeFileSync(path, disk.bytes.subarray(MIB));
  return path;
}

need(NEEDS)('every file of the disc is on sticks of two sizes as it is in the ISO, under GPT and under MBR', async () => {
  const media = await openIso();
  for (const firmware of ['uefi', 'both'] as const) {
    const { disks, lanes } = await made(media, [48 * MIB, 80 * MIB + 512 * 7], { firmware });
    expect(lanes.map(({ state, error }) => [state, error])).toEqual([['done', null], ['done', null]]);
    for (const [index, disk] of disks.entries()) {
      const image = partitionOf(disk, `${firmware}${index}.img`);
      const { status, output } = tryRun('fsck.fat', ['-n', image]);
      expect(status, output).toBe(0);
      const out = join(folder, `${firmware}${index}`);
      run('7z', ['x', '-y', `-o${out}`, image]);
      expect(hashFolder(out)).toEqual(await hashTree(media.tree));
      const whole = join(folder, 'whole.img');
      writeFileSync(whole, disk.bytes);
      const table = run('sfdisk', ['--dump', whole]);
      expect(table).toContain(firmware === 'uefi' ? 'label: gpt' : 'type=c, bootable');
      expect(table).toMatch(/start= +2048,/);
    }
  }
  await media.close();
});

need({ tools: [...NEEDS.tools, 'sfdisk'] })('a WIM that is too large is split on the way; wimlib joins the parts to what it was', async () => {
  const media = await openIso();
  const { disks, contents } = await made(media, [64 * MIB], { partBytes: 2 * MIB });
  expect(contents.parts.length).toBeGreaterThan(1);
  expect(contents.parts.map(({ path }) => path).slice(0, 2)).toEqual(['sources/install.swm', 'sources/install2.swm']);
  for (const { size, of } of contents.parts) {
    expect(size).toBeLessThanOrEqual(2 * MIB);
    expect(of).toBe('sources/install.wim');
  }
  const out = join(folder, 'split');
  run('7z', ['x', '-y', `-o${out}`, partitionOf(disks[0]!, 'split.img')]);
  const joined = join(folder, 'joined.wim');
  run('wimlib-imagex', ['join', joined, ...contents.parts.map(({ path }) => join(out, path))]);
  run('wimlib-imagex', ['verify', joined]);
  run('7z', ['x', '-y', `-o${folder}`, await windowsIso(), 'sources/install.wim']);
  const original = join(folder, 'sources/install.wim');
  for (const index of ['1', '2', '3']) {
    const listed = (wim: string): string => run('wimlib-imagex', ['dir', '--detailed', wim, index]).replace(/^(Offset in|Compressed size|Raw) .*$/gm, '');
    expect(listed(joined)).toBe(listed(original));
  }
  expect(run('wimlib-imagex', ['info', joined])).toContain('Windows 11 Education');
  await media.close();
});

need(NEEDS)('the editions, what starts it, and its WIMs are recognised', async () => {
  const media = await openIso();
  expect(media.editions.map(({ name, edition, architecture }) => [name, edition, architecture])).toEqual([
    ['Windows 11 Home', 'Core', 'x64'], ['Windows 11 Pro', 'Professional', 'x64'], ['Windows 11 Education', 'Education', 'x64'],
  ]);
  expect(media.editions[0]).toMatchObject({ version: { build: 26_100 }, languages: ['en-US'] });
  expect(media).toMatchObject({ uefi: ['x64'], bios: true, installs: [{ path: 'sources/install.wim', format: 'wim' }] });
  await media.close();
});

need({ tools: ['genisoimage'] })('a disc without a Windows on it, and a torn install.wim, are refused by name', async () => {
  const disc = join(folder, 'disc');
  mkdirSync(join(disc, 'sources'), { recursive: true });
  writeFileSync(join(disc, 'sources/other.bin'), 'x');
  const iso = (): string => {
    run('genisoimage', ['-quiet', '-J', '-o', `${disc}.iso`, disc]);
    return `${disc}.iso`;
  };
  await expect(openWindowsMedia(memoryDevice(readFileSync(iso())), 'x')).rejects.toThrow('windows-media-unknown');
  writeFileSync(join(disc, 'sources/install.wim'), `MSWIM\0\0\0${'\0'.repeat(100)}`);
  await expect(openWindowsMedia(memoryDevice(readFileSync(iso())), 'x')).rejects.toThrow(/wim-/);
});

/** A disc of which only the tree is known. */
const bare = (contents: Parameters<typeof memoryTree>[0], more: Partial<WindowsMedia> = {}): WindowsMedia => ({
  label: 'BARE', tree: memoryTree(contents), installs: [], editions: [], uefi: [], bios: false, close: () => Promise.resolve(), ...more,
});

test('firmware that the disc cannot serve is refused', async () => {
  const codeOf = async (media: WindowsMedia, firmware: StickFirmware): Promise<string> => {
    try {
      await planWindowsTree(media, { firmware, extras: [] });
      return 'no error';
    } catch (error) {
      return error instanceof EngineError ? error.code : String(error);
    }
  };
  const uefi = bare({ 'efi/boot/bootx64.efi': 'x' }, { uefi: ['x64'] });
  const bios = bare({ bootmgr: 'x' }, { bios: true });
  expect(await Promise.all([codeOf(uefi, 'uefi'), codeOf(uefi, 'bios'), codeOf(uefi, 'both'), codeOf(bios, 'bios'), codeOf(bios, 'uefi'), codeOf(bios, 'both')]))
    .toEqual(['no error', 'media-no-bios', 'media-no-bios', 'no error', 'media-no-uefi', 'media-no-uefi']);
  const stick = (): unknown => planFatStick({ disk: { name: 'd', size: 300 * MIB, sectorSize: 4096 }, tree: bios.tree, firmware: 'bios', label: '' });
  expect(stick).toThrow('media-bios-sector-size');
});

/** A stick that does something of its own when a byte beyond a certain one is read or written. */
function stickWith(size: number, faults: Partial<Pick<BlockDevice, 'readInto' | 'writeAt'>>): BlockDevice {
  return { ...memoryDevice(new Uint8Array(size)), ...faults };
}

test('a stick that returns other bytes is named with the file that suffers; its neighbour is none the worse', async () => {
  const size = 64 * MIB;
  const tree = memoryTree({ 'a/first.bin': Buffer.alloc(6 * MIB, 1), 'a/second.bin': Buffer.alloc(6 * MIB, 2) });
  const stick = planFatStick({ disk: { name: 'd', size, sectorSize: 512 }, tree, firmware: 'uefi', label: '' });
  let target = 0;
  while (stick.pathAt(target) !== 'a/second.bin') target += 512;
  target += 5 * MIB;
  const bytes = memoryDevice(new Uint8Array(size));
  const liar: BlockDevice = stickWith(size, {
    writeAt: bytes.writeAt.bind(bytes),
    readInto: async (offset, buffer) => {
      await bytes.readInto(offset, buffer);
      if (offset <= target && target < offset + buffer.length) buffer[target - offset] = 0xff;
    },
  });
  const good = memoryDevice(new Uint8Array(size));
  const targets = [{ id: 'liar', device: liar, reopen: null }, { id: 'good', device: good, reopen: null }];
  const lanes = await writeSticks({ groups: [{ stick, targets }], verify: true, signal: new AbortController().signal, report: () => undefined });
  expect(lanes.map(({ id, state, error }) => [id, state, error?.code ?? null, error?.params['path'] ?? null]))
    .toEqual([['liar', 'failed', 'media-file-mismatch', 'a/second.bin'], ['good', 'done', null, null]]);
});

test('a file that cannot be read in the middle leaves all sticks blank, of whatever size', async () => {
  const broken = { ...memoryEntry('z.bin', new Uint8Array()), size: 9 * MIB, open: () => Promise.reject(new EngineError('file-changed', { path: 'z.bin' })) };
  const tree = { label: '', entries: [memoryEntry('a.bin', Buffer.alloc(3 * MIB, 1)), broken] };
  const disks = [64 * MIB, 80 * MIB].map((size) => memoryDevice(new Uint8Array(size).fill(0xe5)));
  const groups = disks.map((device, index) => ({
    stick: planFatStick({ disk: { name: 'd', size: device.size, sectorSize: 512 }, tree, firmware: 'both', label: '' }), targets: [{ id: String(index), device, reopen: null }],
  }));
  await expect(writeSticks({ groups, verify: true, signal: new AbortController().signal, report: () => undefined })).rejects.toThrow('file-changed');
  for (const { bytes } of disks) expect(bytes.subarray(0, MIB).every((byte) => byte === 0)).toBe(true);
});
