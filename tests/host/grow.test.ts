import { open, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DiskIdentity } from '../../src/contract/index.ts';
import { runCommand, type CommandRunner } from '../../src/host/command.ts';
import { createDisks } from '../../src/host/disks.ts';
import { createGrowth, wholeMebibytes } from '../../src/host/growth.ts';
import { createLinuxDisks } from '../../src/host/linux/disks.ts';
import { createLinuxGrowth } from '../../src/host/linux/grow.ts';
import { createWindowsGrowth, extendScript, PARTITION_NUMBER_SCRIPT } from '../../src/host/windows/grow.ts';
import { encodeScript } from '../../src/host/windows/powershell.ts';
import { attachLoop, type LoopDisk } from '../labs/loop.ts';
import { mounted } from '../labs/mount.ts';
import type { Lab } from '../labs/lab.ts';
import { testLab } from '../labs/test-lab.ts';
import { tool } from '../labs/tool.ts';
import { need } from '../support/need.ts';
import { stick } from './constructed.ts';
import { LINUX_LOOP } from './live.ts';

const MIB = 1024 * 1024;
const real = need({
  ...LINUX_LOOP,
  tools: [...LINUX_LOOP.tools, 'e2fsck', 'resize2fs', 'mkntfs', 'ntfsresize', 'ntfsinfo', 'mkfs.xfs', 'xfs_growfs', 'xfs_repair', 'mkfs.btrfs', 'btrfs', 'mount', 'fallocate'],
});

const disks = createDisks(createLinuxDisks(runCommand), () => null);
const growth = createGrowth(disks, createLinuxGrowth(runCommand));

/** A file system of `small` bytes made in a partition that then is `large` bytes long, as after a restore to a larger disk. The kernel knows no table. */
async function restored(lab: Lab, make: readonly [string, ...string[]], small: number, large: number, sectorSize: 512 | 4096 = 512): Promise<{ loop: LoopDisk; identity: DiskIdentity; partition: { number: number; offset: number; length: number } }> {
  const loop = await attachLoop(lab, { size: large + 4 * MIB, sectorSize });
  const volume = await attachLoop(lab, { size: small, sectorSize });
  await tool(make[0], [...make.slice(1), volume.path]);
  await tool('dd', [`if=${volume.path}`, `of=${loop.path}`, 'bs=1M', 'seek=1', 'conv=sparse,notrunc,fsync', 'status=none']);
  const { path, size } = { path: loop.path, size: large + 4 * MIB };
  return { loop, identity: { id: path, path, model: '', serial: '', size, bus: 'loop', tableHash: null }, partition: { number: 1, offset: MIB, length: large } };
}

/** The partition in a file of its own, for the tools that check it. */
async function volumeOf(lab: Lab, loop: LoopDisk, partition: { offset: number; length: number }): Promise<string> {
  const copy = join(lab.folder, 'volume.img');
  await tool('dd', [`if=${loop.path}`, `of=${copy}`, 'bs=1M', `skip=${partition.offset / MIB}`, `count=${partition.length / MIB}`, 'iflag=direct', 'conv=sparse', 'status=none']);
  return copy;
}

/** Nothing of ours stays: no mount, no loop device over this disk. */
async function nothingLeft(loop: LoopDisk): Promise<void> {
  expect(await tool('losetup', ['--list', '--noheadings', '--output', 'BACK-FILE'])).not.toContain(`${loop.path}\n`);
  expect((await readdir(tmpdir())).filter((name) => name.startsWith('werkbank-grow-'))).toEqual([]);
}

real('ext4 grows to the end of its partition, on sectors of 512 and 4096 bytes', async () => {
  for (const sectorSize of [512, 4096] as const) {
    const lab = await testLab();
    const { loop, identity, partition } = await restored(lab, ['mkfs.ext4', '-q', '-b', '4096'], 64 * MIB, 200 * MIB, sectorSize);
    await growth.grow({ disk: identity, partition, fileSystem: 'ext4' });
    const volume = await volumeOf(lab, loop, partition);
    await tool('e2fsck', ['-f', '-n', volume]);
    expect(await tool('dumpe2fs', ['-h', volume])).toContain(`Block count:              ${(200 * MIB) / 4096}\n`);
    await nothingLeft(loop);
  }
});

real('NTFS grows, and Windows is left to check it', async () => {
  const lab = await testLab();
  const { loop, identity, partition } = await restored(lab, ['mkntfs', '-F', '-Q', '-q'], 64 * MIB, 200 * MIB);
  expect(await growth.plan('ntfs')).toEqual({ fileSystem: 'ntfs', tool: 'ntfsresize', missing: [], checkAtBoot: true });
  await growth.grow({ disk: identity, partition, fileSystem: 'ntfs' });
  const volume = await volumeOf(lab, loop, partition);
  expect(await tool('ntfsinfo', ['--mft', '--force', volume])).toContain(`Volume Size in Clusters: ${(200 * MIB) / 4096 - 1}\n`);
  await nothingLeft(loop);
  // A volume that waits for a check before it was touched is not touched.
  await expect(growth.grow({ disk: identity, partition: { ...partition, length: 201 * MIB }, fileSystem: 'ntfs' })).rejects.toMatchObject({ code: 'grow-failed', params: { tool: 'ntfsresize', command: `ntfsresize --bad-sectors ${loop.path}p1` } });
  await expect(growth.grow({ disk: identity, partition: { number: 0, offset: MIB, length: 201 * MIB }, fileSystem: 'ntfs' })).rejects.toMatchObject({ params: { command: `ntfsresize --bad-sectors ${loop.path}` } });
});

real('XFS and Btrfs grow while mounted out of sight', async () => {
  const lab = await testLab();
  const xfs = await restored(lab, ['mkfs.xfs', '-q'], 320 * MIB, 500 * MIB);
  // The disk that the image was made of is mounted on this very computer.
  await tool('dd', [`if=${xfs.loop.path}`, `of=${join(lab.folder, 'original')}`, 'bs=1M', 'skip=1', 'count=320', 'conv=sparse', 'status=none']);
  const original = await attachLoop(lab, { backing: join(lab.folder, 'original') });
  await mounted(lab, original.path, { type: 'xfs' });
  await growth.grow({ disk: xfs.identity, partition: xfs.partition, fileSystem: 'xfs' });
  const volume = await volumeOf(lab, xfs.loop, xfs.partition);
  await tool('xfs_repair', ['-n', volume]);
  expect(await tool('xfs_db', ['-r', '-c', 'sb 0', '-c', 'p dblocks', volume])).toBe(`dblocks = ${(500 * MIB) / 4096}\n`);

  const btrfs = await restored(lab, ['mkfs.btrfs', '-q'], 128 * MIB, 300 * MIB);
  await growth.grow({ disk: btrfs.identity, partition: btrfs.partition, fileSystem: 'btrfs' });
  const grown = await volumeOf(lab, btrfs.loop, btrfs.partition);
  await tool('btrfs', ['check', '--readonly', grown]);
  expect(await tool('btrfs', ['inspect-internal', 'dump-super', grown])).toMatch(new RegExp(`^total_bytes\\s+${300 * MIB}$`, 'm'));
  await nothingLeft(btrfs.loop);
});

real('a Btrfs whose twin is mounted is left alone: the kernel would take one for the other', async () => {
  const lab = await testLab();
  const { loop, identity, partition } = await restored(lab, ['mkfs.btrfs', '-q'], 128 * MIB, 200 * MIB);
  await tool('dd', [`if=${loop.path}`, `of=${join(lab.folder, 'twin')}`, 'bs=1M', 'skip=1', 'count=128', 'conv=sparse', 'status=none']);
  const twin = await attachLoop(lab, { backing: join(lab.folder, 'twin') });
  await mounted(lab, twin.path, { type: 'btrfs' });
  await expect(growth.grow({ disk: identity, partition, fileSystem: 'btrfs' })).rejects.toMatchObject({ code: 'grow-failed', params: { tool: 'btrfs' } });
  await nothingLeft(loop);
});

real('a practice disk grows as a disk does; damage, a mounted partition and a bad place are refused', async () => {
  const lab = await testLab();
  const { loop, identity, partition } = await restored(lab, ['mkfs.ext4', '-q'], 64 * MIB, 120 * MIB);
  await expect(growth.grow({ disk: identity, partition: { ...partition, length: 900 * MIB }, fileSystem: 'ext4' })).rejects.toMatchObject({ code: 'struct-out-of-bounds' });
  await expect(growth.grow({ disk: identity, partition, fileSystem: 'fat32' })).rejects.toMatchObject({ code: 'grow-failed' });
  expect(await growth.plan('fat32')).toEqual({ fileSystem: 'fat32', tool: null, missing: [], checkAtBoot: false });

  await loop.detach();
  const practice = { ...identity, id: `file:${loop.backing}`, path: loop.backing };
  await growth.grow({ disk: practice, partition, fileSystem: 'ext4' });
  const again = await attachLoop(lab, { backing: loop.backing });
  const volume = await volumeOf(lab, again, partition);
  await tool('e2fsck', ['-f', '-n', volume]);
  await again.detach();

  const file = await open(loop.backing, 'r+');
  await file.write(Buffer.alloc(64 * 1024, 0xa5), 0, 64 * 1024, MIB + 1024);
  await file.close();
  await expect(growth.grow({ disk: practice, partition, fileSystem: 'ext4' })).rejects.toMatchObject({ code: 'grow-failed', params: { tool: 'resize2fs' } });
});

real('what is free is told to the disk: of loop devices and practice disks it becomes holes', async () => {
  const lab = await testLab();
  const loop = await attachLoop(lab, { size: 64 * MIB });
  await tool('dd', ['if=/dev/urandom', `of=${loop.path}`, 'bs=1M', 'count=64', 'oflag=direct', 'status=none']);
  const before = await loop.read(0, MIB);
  const blocks = async (): Promise<number> => (await stat(loop.backing)).blocks * 512;
  expect(await blocks()).toBe(64 * MIB);
  const identity: DiskIdentity = { id: loop.path, path: loop.path, model: '', serial: '', size: 64 * MIB, bus: 'loop', tableHash: null };
  // Open to us alone, as while a restore runs.
  const device = await disks.open(await disks.judge(loop.path), { write: true, exclusive: true });
  expect(await growth.discard(identity, [{ offset: MIB + 512, length: 10 * MIB }, { offset: 32 * MIB, length: 99 * MIB }])).toEqual({ discarded: 41 * MIB, reason: null });
  await device.close();
  expect(await blocks()).toBe(23 * MIB);
  expect((await loop.read(0, MIB)).equals(before)).toBe(true);
  expect((await loop.read(2 * MIB, MIB)).every((byte) => byte === 0)).toBe(true);
  await loop.detach();
  expect(await growth.discard({ ...identity, id: `file:${loop.backing}`, path: loop.backing }, [{ offset: 11 * MIB, length: 2 * MIB }])).toEqual({ discarded: 2 * MIB, reason: null });
  expect(await blocks()).toBe(21 * MIB);
});

real('a mounted disk is told nothing', async () => {
  const lab = await testLab();
  const loop = await attachLoop(lab, { size: 64 * MIB });
  await tool('mkfs.ext4', ['-q', loop.path]);
  await mounted(lab, loop.path, { type: 'ext4' });
  const identity: DiskIdentity = { id: loop.path, path: loop.path, model: '', serial: '', size: 64 * MIB, bus: 'loop', tableHash: null };
  await expect(growth.discard(identity, [{ offset: 0, length: MIB }])).rejects.toMatchObject({ code: 'target-in-use' });
  await expect(growth.grow({ disk: identity, partition: { number: 0, offset: 0, length: 64 * MIB }, fileSystem: 'ext4' })).rejects.toMatchObject({ code: 'target-in-use' });
});

test('only whole mebibytes within the disk are given away', () => {
  expect(wholeMebibytes([{ offset: 5 * MIB - 1, length: 2 * MIB }, { offset: 0, length: MIB }, { offset: 2 * MIB + 1, length: MIB }, { offset: 8 * MIB, length: 9 * MIB }], 10 * MIB + 7)).toEqual([
    { offset: 0, length: MIB }, { offset: 5 * MIB, length: MIB }, { offset: 8 * MIB, length: 2 * MIB },
  ]);
});

test('constructed from the documentation of diskpart and Get-Partition: extend filesystem on the partition at that place', async () => {
  const calls: { program: string; args: readonly string[]; input: string | undefined }[] = [];
  const answers = ['{"number":3}', 'DiskPart successfully extended the file system.', '{"number":0}', 'not JSON'];
  const run: CommandRunner = (program, args, options) => {
    calls.push({ program, args, input: options?.input });
    return Promise.resolve({ code: 0, stdout: answers.shift() ?? '', stderr: '' });
  };
  const windows = createWindowsGrowth(run);
  const disk = { ...stick, id: '\\\\.\\PhysicalDrive2', path: '\\\\.\\PhysicalDrive2', number: 2, verdict: { kind: 'writable' as const, reasons: [], score: 100 } };
  const request = { disk: { ...disk, tableHash: null }, partition: { number: 7, offset: 123 * MIB, length: 900 * MIB }, fileSystem: 'ntfs' };
  await windows.grow(disk, request);
  expect(calls).toEqual([
    { program: 'powershell.exe', args: ['-NoProfile', '-NonInteractive', '-EncodedCommand', encodeScript(PARTITION_NUMBER_SCRIPT)], input: `{"disk":2,"offset":${123 * MIB}}` },
    { program: 'diskpart.exe', args: [], input: extendScript(2, 3) },
  ]);
  expect(extendScript(2, 3).split('\r\n')).toEqual(['rescan', 'select disk 2', 'select partition 3', 'extend filesystem', 'exit', '']);
  await expect(windows.grow(disk, request)).rejects.toThrow('grow-failed');
  await expect(windows.grow(disk, request)).rejects.toThrow('grow-failed');
  await expect(windows.grow({ ...disk, path: 'C:\\x' }, request)).rejects.toThrow('grow-failed');
  expect(await windows.plan('ext4')).toMatchObject({ tool: null });
  expect(await windows.discard(disk, [{ offset: 0, length: MIB }], undefined)).toEqual({ discarded: 0, reason: 'unsupported' });
});
