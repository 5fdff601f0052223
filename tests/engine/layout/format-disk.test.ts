import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatStick, memoryDevice, planStickFormat, readLayout, type StickFileSystem } from '../../../native-free-engine/index.ts';
import { exfatChecksum } from '../../../native-free-engine/filesystems/exfat/checksum.ts';
import { upcaseTable } from '../../../native-free-engine/filesystems/exfat/upcase.ts';
import { need } from '../../support/need.ts';
import { blankFile, blkid, labFolder, openFile, run, tryRun, withLoop } from '../lab.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const folder = labFolder();

/** The partition as a file of its own (sparse), for tools that know no tables. */
function partitionFile(path: string, length: number): string {
  const out = blankFile(folder, 'partition.img', length);
  const [from, to] = [openSync(path, 'r'), openSync(out, 'r+')];
  const buffer = Buffer.alloc(MIB);
  // What a formatter writes lies in the first part; the rest is a hole.
  for (let at = 0; at < Math.min(length, 80 * MIB); at += MIB) {
    readSync(from, buffer, 0, MIB, MIB + at);
    if (buffer.some((byte) => byte !== 0)) writeSync(to, buffer, 0, Math.min(MIB, length - at), at);
  }
  closeSync(from);
  closeSync(to);
  return out;
}

async function format(size: number, sectorSize: number, fileSystem: StickFileSystem, label: string): Promise<string> {
  const path = blankFile(folder, 'stick.img', size);
  const device = await openFile(path, sectorSize);
  const progress: [number, number][] = [];
  await formatStick(device, { fileSystem, label, onProgress: (written, total) => progress.push([written, total]) });
  await device.close();
  const [written, total] = progress.at(-1) ?? [0, 1];
  expect(written).toBe(total);
  return path;
}

const SIZES = [300 * MIB, 2 * GIB, 64 * GIB, 300 * MIB + 12_288];

for (const sectorSize of [512, 4096]) {
  for (const size of sectorSize === 512 ? [40 * MIB, ...SIZES] : SIZES) {
    const what = `${size} bytes, ${sectorSize}-byte sectors`;
    need({ tools: ['fsck.fat', 'blkid'] })(`FAT32, ${what}: fsck.fat finds nothing`, async () => {
      const path = await format(size, sectorSize, 'fat32', 'Bench 1');
      const plan = planStickFormat(size, sectorSize, 'fat32');
      const partition = partitionFile(path, plan.partition.length);
      const { status, output } = tryRun('fsck.fat', ['-n', '-v', partition]);
      expect(status, output).toBe(0);
      expect(output).not.toMatch(/dirty|differences|wrong|warning/i);
      expect(output).toContain(`${sectorSize} bytes per logical sector`);
      expect(output).toContain(`${plan.clusterSize} bytes per cluster`);
      expect(Number(/\/(\d+) clusters/.exec(output)?.[1])).toBeGreaterThanOrEqual(65_525);
      expect(blkid(partition)).toMatchObject({ type: 'vfat', label: 'BENCH 1' });
    });

    need({ tools: ['fsck.exfat', 'dump.exfat', 'blkid'] })(`exFAT, ${what}: fsck.exfat finds nothing`, async () => {
      const path = await format(size, sectorSize, 'exfat', 'Größe 1');
      const plan = planStickFormat(size, sectorSize, 'exfat');
      const partition = partitionFile(path, plan.partition.length);
      const { status, output } = tryRun('fsck.exfat', ['-n', '-v', partition]);
      expect(status, output).toBe(0);
      expect(output).toContain('clean. directories 1, files 0');
      const dump = run('dump.exfat', [partition]);
      expect(dump).toMatch(new RegExp(`Sector Size Bits:\\s+${Math.log2(sectorSize)}\\b`));
      expect(blkid(partition)).toMatchObject({ type: 'exfat', label: 'Größe 1' });
    });
  }
}

need({ tools: ['mcopy', 'fsck.fat'] })('files go into our FAT32 and come out the same', async () => {
  const path = await format(300 * MIB, 512, 'fat32', 'FILES');
  const content = randomBytes(5 * MIB + 123);
  writeFileSync(join(folder, 'a long file name.bin'), content);
  const image = `${path}@@1M`;
  run('mmd', ['-i', image, '::folder']);
  run('mcopy', ['-i', image, join(folder, 'a long file name.bin'), '::folder/']);
  run('mcopy', ['-i', image, '::folder/a long file name.bin', join(folder, 'back.bin')]);
  const digest = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
  expect(digest(readFileSync(join(folder, 'back.bin')))).toBe(digest(content));
  const partition = partitionFile(path, 299 * MIB);
  expect(tryRun('fsck.fat', ['-n', partition])).toMatchObject({ status: 0 });

  const device = await openFile(path);
  const { partitions } = await readLayout(device);
  // The root directory, the folder, the file: in clusters of 4 KiB.
  expect(partitions[0]?.usedBytes).toBe(2 * 4096 + Math.ceil(content.length / 4096) * 4096);
  await device.close();
});

need({ tools: ['sfdisk'] })('the table: one partition at 1 MiB, as sfdisk reads it', async () => {
  for (const [fileSystem, type] of [['fat32', 'c'], ['exfat', '7']] as const) {
    const path = await format(300 * MIB, 512, fileSystem, 'X');
    expect(JSON.parse(run('sfdisk', ['-J', path]))).toMatchObject({ partitiontable: { label: 'dos', partitions: [{ start: 2048, size: 299 * 2048, type }] } });
    expect(tryRun('sfdisk', ['--verify', path]).output).toContain('No errors detected');
  }
});

need({ tools: ['sgdisk', 'losetup', 'fsck.exfat'], root: true, linux: true })('beyond 2 TiB the stick gets a GPT', async () => {
  const size = 3 * 1024 * GIB;
  expect(planStickFormat(size, 512, 'exfat')).toMatchObject({ table: 'gpt', clusterSize: 128 * KIB });
  const path = await format(size, 512, 'exfat', 'HUGE');
  expect(run('sgdisk', ['-v', path])).toContain('No problems found');
  const offset = planStickFormat(size, 512, 'exfat').partition;
  const loop = run('losetup', ['--find', '--show', '--offset', String(offset.offset), '--sizelimit', String(offset.length), path]).trim();
  try {
    expect(tryRun('fsck.exfat', ['-n', loop])).toMatchObject({ status: 0 });
  } finally {
    run('losetup', ['--detach', loop]);
  }
});

need({ tools: ['losetup', 'blkid'], root: true, linux: true })('a real device of 4096-byte sectors', async () => {
  const path = blankFile(folder, 'loop.img', 300 * MIB);
  await withLoop(path, 4096, async (loop) => {
    const device = await openFile(loop, 4096);
    await formatStick(device, { fileSystem: 'fat32', label: 'LOOP' });
    const layout = await readLayout(device);
    await device.close();
    expect(layout).toMatchObject({ table: 'mbr', problems: [], partitions: [{ offset: MIB, role: 'data', fileSystem: { kind: 'fat32', label: 'LOOP' } }] });
    expect(JSON.parse(run('sfdisk', ['-J', loop]))).toMatchObject({ partitiontable: { sectorsize: 4096, partitions: [{ start: 256, size: 299 * 256, type: 'c' }] } });
  });
});

need({ tools: ['qemu-system-x86_64'] })('a BIOS told to boot it shows a sentence', async () => {
  const path = await format(64 * MIB, 512, 'fat32', 'BOOT');
  const machine = spawn('qemu-system-x86_64', ['-nographic', '-m', '64', '-net', 'none', '-drive', `file=${path},format=raw,snapshot=on`], { stdio: ['ignore', 'pipe', 'ignore'] });
  const sentence = 'This disk does not boot. Remove it and press a key.';
  let console = '';
  try {
    for await (const piece of machine.stdout) {
      console += String(piece);
      if (console.includes(sentence)) break;
    }
  } finally {
    machine.kill();
  }
  expect(console).toContain(sentence);
});

need({ tools: ['sgdisk', 'mkfs.btrfs', 'wipefs'] })('nothing of what was there before is found again', async () => {
  const path = blankFile(folder, 'used.img', 300 * MIB);
  run('sgdisk', ['-n', '1:2048:+200M', path]);
  const btrfs = blankFile(folder, 'btrfs.img', 200 * MIB);
  run('mkfs.btrfs', ['-q', '-L', 'old', btrfs]);
  run('dd', [`if=${btrfs}`, `of=${path}`, 'bs=1M', 'seek=1', 'conv=notrunc,sparse', 'status=none']);
  const before = await openFile(path);
  expect((await readLayout(before)).partitions[0]?.fileSystem?.label).toBe('old');
  await formatStick(before, { fileSystem: 'exfat', label: '' });
  const layout = await readLayout(before);
  await before.close();
  expect(layout).toMatchObject({ table: 'mbr', problems: [], partitions: [{ number: 1, type: '0x07', fileSystem: { kind: 'exfat', label: '' } }] });
  expect(run('wipefs', [path])).not.toMatch(/gpt|btrfs/);
});

test('the up-case table is the recommended one', () => {
  const table = upcaseTable();
  expect(table.length).toBe(5836);
  expect(exfatChecksum(table)).toBe(0xe619d30d);
});

test('cluster sizes are the ones Windows chooses', () => {
  const cluster = (size: number, fileSystem: StickFileSystem): number => planStickFormat(size, 512, fileSystem).clusterSize / KIB;
  expect([100 * MIB, GIB, 8 * GIB, 15 * GIB, 31 * GIB, 64 * GIB].map((size) => cluster(size, 'fat32'))).toEqual([1, 4, 4, 8, 16, 32]);
  expect([100 * MIB, GIB, 32 * GIB, 33 * GIB, 1000 * GIB].map((size) => cluster(size, 'exfat'))).toEqual([4, 32, 32, 128, 128]);
});

test('what FAT32 cannot be is refused, before anything is written', async () => {
  const refusal = (size: number, sectorSize: number, fileSystem: StickFileSystem, label = ''): string => {
    try {
      planStickFormat(size, sectorSize, fileSystem, label);
      return 'planned';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(refusal(32 * MIB, 512, 'fat32')).toBe('disk-too-small');
  expect(refusal(64 * MIB, 4096, 'fat32')).toBe('disk-too-small');
  expect(refusal(3 * 1024 * GIB, 512, 'fat32')).toBe('disk-too-large');
  expect(refusal(3 * 1024 * GIB, 4096, 'fat32')).toBe('planned');
  expect(refusal(MIB, 512, 'exfat')).toBe('disk-too-small');
  for (const label of ['TWELVE CHARS', 'a/b', 'ü', 'tab\t', ' x', 'dot.']) expect(refusal(GIB, 512, 'fat32', label), label).toBe('argument-invalid');
  for (const label of ['twelve chars', 'a\u0001', '\ud800']) expect(refusal(GIB, 512, 'exfat', label), label).toBe('argument-invalid');
  for (const label of ['', 'STICK', 'my stick', 'A-B_C']) expect(refusal(GIB, 512, 'fat32', label), label).toBe('planned');

  const small = memoryDevice(new Uint8Array(16 * MIB).fill(0xaa));
  await expect(formatStick(small, { fileSystem: 'fat32', label: '' })).rejects.toMatchObject({ code: 'disk-too-small' });
  expect(small.bytes.every((byte) => byte === 0xaa)).toBe(true);
});

/** The smallest disk that FAT32 is said to need must really do. */
test('the smallest size named in a refusal is enough', async () => {
  for (const sectorSize of [512, 4096]) {
    let minimum = 0;
    try {
      planStickFormat(8 * MIB, sectorSize, 'fat32');
    } catch (error) {
      minimum = Number((error as { params: { minimum: number } }).params.minimum);
    }
    const device = memoryDevice(minimum, sectorSize);
    await formatStick(device, { fileSystem: 'fat32', label: 'MIN' });
    expect((await readLayout(device)).partitions[0]?.fileSystem?.kind).toBe('fat32');
  }
});

test('cancelled or cut off at any moment, there is no table', async () => {
  const size = 8 * MIB;
  let writes = 0;
  const whole = memoryDevice(size);
  await formatStick({ ...whole, writeAt: (offset, data) => (writes++, whole.writeAt(offset, data)) }, { fileSystem: 'exfat', label: 'A' });
  for (let stopAt = 1; stopAt < writes; stopAt++) {
    const old = memoryDevice(whole.bytes.slice());
    let done = 0;
    const cut = {
      ...old,
      writeAt: (offset: number, data: Uint8Array) => (++done > stopAt ? Promise.reject(new Error('pulled out')) : old.writeAt(offset, data)),
    };
    await expect(formatStick(cut, { fileSystem: 'exfat', label: 'B' })).rejects.toThrow('pulled out');
    expect(await readLayout(old), `after ${stopAt} writes`).toMatchObject({ table: 'none', partitions: [] });
  }

  const controller = new AbortController();
  const cancelled = formatStick(memoryDevice(size), { fileSystem: 'exfat', label: '', signal: controller.signal, onProgress: () => controller.abort() });
  await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
});
