import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openDevice } from '../../native-free-engine/index.ts';
import type { Disk } from '../../src/contract/index.ts';
import { runCommand } from '../../src/host/command.ts';
import type { SourceControl } from '../../src/host/index.ts';
import { createDisks } from '../../src/host/disks.ts';
import { createLinuxDisks } from '../../src/host/linux/disks.ts';
import { createLinuxSources } from '../../src/host/linux/sources.ts';
import { createSources } from '../../src/host/sources.ts';
import { attachLoop, type LoopDisk } from '../labs/loop.ts';
import type { Lab } from '../labs/lab.ts';
import { mounted, unmount } from '../labs/mount.ts';
import { testLab } from '../labs/test-lab.ts';
import { tool } from '../labs/tool.ts';
import { need } from '../support/need.ts';
import { LINUX_LOOP } from './live.ts';

const MIB = 1024 * 1024;
const PART = 320 * MIB;
const real = need({ ...LINUX_LOOP, tools: [...LINUX_LOOP.tools, 'mount', 'findmnt', 'swapoff', 'e2fsck', 'mkfs.xfs', 'xfs_repair', 'mkfs.btrfs', 'btrfs'] });

interface Bench {
  readonly lab: Lab;
  readonly loop: LoopDisk;
  readonly sources: SourceControl;
  /** As it was listed before anything was made on it. */
  readonly disk: Disk;
}

const disks = createDisks(createLinuxDisks(runCommand), () => null);

async function bench(partitions = 1, heldFolder?: string): Promise<Bench> {
  const lab = await testLab();
  const loop = await attachLoop(lab, { size: (PART + 2 * MIB) * partitions + 2 * MIB });
  await tool('sfdisk', ['-q', '--no-reread', loop.path], { input: `label: gpt\n${`size=${PART / MIB}MiB\n`.repeat(partitions)}` });
  await loop.addPartitionNodes();
  const sources = createSources(disks, createLinuxSources(runCommand, heldFolder ?? join(lab.folder, 'held')));
  return { lab, loop, sources, disk: await disks.find(loop.path) };
}

/** The bytes of partition 1 as a capture reads them, in a file of their own. */
async function copyOf(lab: Lab, disk: Disk, path: string): Promise<string> {
  const copy = join(lab.folder, 'copy.img');
  const part = disk.partitions[0];
  const source = await openDevice(path, { write: false });
  const file = await open(copy, 'w');
  for (let at = 0; at < (part?.length ?? 0); at += 8 * MIB) {
    const buffer = new Uint8Array(8 * MIB);
    await source.readInto((part?.offset ?? 0) + at, buffer);
    await file.write(buffer);
  }
  await file.close();
  await source.close();
  return copy;
}

const KINDS = [
  { type: 'ext4', make: ['mkfs.ext4', '-q'], check: ['e2fsck', '-f', '-n'] },
  { type: 'xfs', make: ['mkfs.xfs', '-q'], check: ['xfs_repair', '-n'] },
  { type: 'btrfs', make: ['mkfs.btrfs', '-q'], check: ['btrfs', 'check', '--readonly'] },
] as const;

for (const { type, make, check } of KINDS) {
  real(`${type} that is being written to is refused; made read-only it is captured clean, and is writable again after`, async () => {
    const { lab, loop, sources, disk } = await bench();
    await tool(make[0], [...make.slice(1), `${loop.path}p1`]);
    const { folder } = await mounted(lab, `${loop.path}p1`, { type, options: 'nosuid,noatime' });
    const file = await open(join(folder, 'growing'), 'a');
    await file.write('before\n'.repeat(100_000));

    expect(await sources.check(disk, [1])).toEqual([{ partition: 1, mountPoints: [folder], readOnly: false, remedy: 'remount-read-only' }]);
    await expect(sources.open(disk, [1])).rejects.toMatchObject({ code: 'source-mounted', params: { disk: loop.path, number: 1, mountPoint: folder } });
    // Somebody has a file open for writing.
    await expect(sources.open(disk, [1], { mayRemount: true })).rejects.toMatchObject({ code: 'source-mounted' });
    await file.write('still writable\n');
    await file.close();
    // The image would go to the very file system that is to be read.
    await expect(sources.open(disk, [1], { mayRemount: true, destination: folder })).rejects.toMatchObject({ code: 'source-mounted' });

    const source = await sources.open(disk, [1], { mayRemount: true });
    expect(source).toMatchObject({ address: { path: loop.path, sectorSize: 512, wholeSectors: false }, overlays: [], notes: [{ code: 'remounted-read-only', params: { mountPoint: folder } }] });
    await expect(appendFile(join(folder, 'growing'), 'x')).rejects.toThrow('EROFS');
    expect(await sources.check(disk, [1])).toMatchObject([{ readOnly: true, remedy: 'read-only' }]);
    const copy = await copyOf(lab, disk, source.address.path);
    await tool(check[0], [...check.slice(1), copy]);
    await source.confirm();
    await source.close();
    await appendFile(join(folder, 'growing'), 'after\n');
    expect(await tool('findmnt', ['-n', '-o', 'OPTIONS', folder])).toMatch(/^rw,nosuid,noatime/);
    expect(await readdir(join(lab.folder, 'held'))).toEqual([]);
  });
}

real('what is mounted read-only or used as swap is fine; a read-only mount beside a writable one is not', async () => {
  const { lab, loop, sources, disk } = await bench(3);
  await tool('mkfs.ext4', ['-q', `${loop.path}p1`]);
  await tool('mkfs.ext4', ['-q', `${loop.path}p2`]);
  await tool('mkswap', [`${loop.path}p3`]);
  await tool('swapon', [`${loop.path}p3`]);
  lab.defer(() => tool('swapoff', [`${loop.path}p3`]));
  const first = await mounted(lab, `${loop.path}p1`, { type: 'ext4', options: 'ro' });
  const second = await mounted(lab, `${loop.path}p2`, { type: 'ext4' });
  const bound = join(lab.folder, 'bound');
  await mkdir(bound);
  await tool('mount', ['--bind', second.folder, bound]);
  lab.defer(() => unmount(bound));
  await tool('mount', ['-o', 'remount,bind,ro', bound]);

  expect(await sources.check(disk, [1, 2, 3])).toEqual([
    { partition: 1, mountPoints: [first.folder], readOnly: true, remedy: 'read-only' },
    { partition: 2, mountPoints: [second.folder, bound], readOnly: false, remedy: 'remount-read-only' },
    { partition: 3, mountPoints: [], readOnly: true, remedy: 'free' },
  ]);
  const source = await sources.open(disk, [1, 3]);
  await source.confirm();
  await tool('mount', ['-o', 'remount,rw', first.folder]);
  await expect(source.confirm()).rejects.toMatchObject({ code: 'source-mounted', params: { number: 1, mountPoint: first.folder } });
  await source.close();
  await expect(sources.check(disk, [4])).rejects.toMatchObject({ code: 'partition-not-found' });
});

real('nobody mounts a partition while it is read', async () => {
  const { lab, loop, sources, disk } = await bench();
  await tool('mkfs.ext4', ['-q', `${loop.path}p1`]);
  const source = await sources.open(disk, [1]);
  await expect(mounted(lab, `${loop.path}p1`, { type: 'ext4' })).rejects.toThrow('already mounted or mount point busy');
  await source.close();
  await mounted(lab, `${loop.path}p1`, { type: 'ext4' });
});

real('a practice disk that somebody has mounted through a loop device', async () => {
  const { lab, loop, sources } = await bench();
  await tool('mkfs.ext4', ['-q', `${loop.path}p1`]);
  const disk = await disks.find(`file:${loop.backing}`);
  expect(await sources.check(disk, [1])).toMatchObject([{ remedy: 'free', mountPoints: [] }]);
  const { folder } = await mounted(lab, `${loop.path}p1`, { type: 'ext4' });
  expect(await sources.check(disk, [1])).toMatchObject([{ remedy: 'remount-read-only', mountPoints: [folder] }]);
  const source = await sources.open(disk, [1], { mayRemount: true });
  expect(source.address.path).toBe(loop.backing);
  await source.close();
  await writeFile(join(folder, 'x'), 'x');
});

real('the disk of the running system may be asked about, and is never made read-only', async () => {
  const { sources } = await bench();
  const system = (await disks.list()).find((disk) => disk.partitions.some((part) => part.mountPoints.includes('/')));
  if (!system) return;
  const number = system.partitions.find((part) => part.mountPoints.includes('/'))?.number ?? 0;
  expect(await sources.check(system, [number])).toMatchObject([{ readOnly: false, remedy: 'unmount' }]);
  await expect(sources.open(system, [number], { mayRemount: true })).rejects.toMatchObject({ code: 'source-mounted' });
});

real('a program that dies leaves the file system read-only; the next one makes it writable again', async () => {
  const lab = await testLab();
  const held = join(lab.folder, 'held');
  const { loop, sources, disk, lab: inner } = await bench(1, held);
  await tool('mkfs.ext4', ['-q', `${loop.path}p1`]);
  const { folder } = await mounted(inner, `${loop.path}p1`, { type: 'ext4' });
  const child = spawn(process.execPath, [join(import.meta.dirname, 'hold-source.ts'), loop.path, held], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await expect(writeFile(join(folder, 'x'), 'x')).rejects.toThrow('EROFS');
  expect(await sources.sweep()).toBe(0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await sources.sweep()).toBe(1);
  await writeFile(join(folder, 'x'), 'x');
  expect(await readdir(held)).toEqual([]);
  expect(await sources.check(disk, [1])).toMatchObject([{ readOnly: false }]);
});
