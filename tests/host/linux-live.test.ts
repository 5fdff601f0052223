import { createHash } from 'node:crypto';
import { access, mkdir, open, readFile, realpath, rename, stat, symlink, truncate, writeFile, type FileHandle } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand, type CommandRunner } from '../../src/host/command.ts';
import { createHost } from '../../src/host/index.ts';
import { whileMounted } from '../../src/host/linux/mounted.ts';
import { createLinuxTargets } from '../../src/host/linux/targets.ts';
import { LINUX_LOOP, changes } from './live.ts';
import { attachLoop } from '../labs/loop.ts';
import { mounted } from '../labs/mount.ts';
import { testLab } from '../labs/test-lab.ts';
import { tool } from '../labs/tool.ts';
import { need } from '../support/need.ts';
import { codes } from './constructed.ts';

const MIB = 1024 * 1024;
const signal = new AbortController().signal;
const real = need(LINUX_LOOP);
const GPT = 'label: gpt\nfirst-lba: 2048\nsize=16MiB, type=U, name="ESP"\nsize=20MiB, type=L, name="data"\n';

real('a loop device is listed with its table, partitions and file systems, read by our own readers', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: null });
  const loop = await attachLoop(lab, { size: 64 * MIB });
  await tool('sfdisk', ['-q', '--no-reread', loop.path], { input: GPT });
  await loop.addPartitionNodes();
  await tool('mkfs.ext4', ['-q', '-L', 'WORK', `${loop.path}p2`]);
  const mount = await mounted(lab, `${loop.path}p2`, { type: 'ext4' });

  const disk = await host.disks.find(loop.path);
  expect(disk).toMatchObject({ id: loop.path, bus: 'loop', size: 64 * MIB, table: 'gpt', logicalSectorSize: 512, verdict: { kind: 'confirm' } });
  expect(disk.partitions).toMatchObject([
    { number: 1, offset: MIB, length: 16 * MIB, role: 'efi-system', name: 'ESP', mountPoints: [] },
    { number: 2, offset: 17 * MIB, length: 20 * MIB, role: 'data', fileSystem: { kind: 'ext4', label: 'WORK' }, mountPoints: [mount.folder] },
  ]);
  expect(disk.partitions[1]?.usedBytes).toBeGreaterThan(0);
  expect(disk.verdict.reasons).toEqual([{ code: 'mounted', params: { where: mount.folder } }]);
});

real('sectors of 4096 bytes, a corrupt table, a read-only device and a swap in use', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: null });
  const large = await attachLoop(lab, { size: 64 * MIB, sectorSize: 4096 });
  await tool('sfdisk', ['-q', '--no-reread', large.path], { input: GPT });
  const corrupt = await attachLoop(lab, { size: 64 * MIB });
  await tool('sfdisk', ['-q', '--no-reread', corrupt.path], { input: GPT });
  for (const offset of [512 + 60, 64 * MIB - 512 + 60]) {
    const file = await open(corrupt.path, 'r+');
    await file.write(Buffer.alloc(20, 0xa5), 0, 20, offset);
    await file.sync();
    await file.close();
  }
  const locked = await attachLoop(lab, { size: 64 * MIB, readOnly: true });
  const swap = await attachLoop(lab, { size: 64 * MIB });
  await tool('mkswap', [swap.path]);
  await tool('swapon', [swap.path]);
  lab.defer(async () => void (await tool('swapoff', [swap.path])));

  const disks = await host.disks.list();
  const at = (path: string) => disks.find((disk) => disk.path === path);
  expect(at(large.path)).toMatchObject({ logicalSectorSize: 4096, table: 'gpt', verdict: { kind: 'writable', reasons: [{ code: 'loop' }] } });
  expect(at(large.path)?.partitions).toHaveLength(2);
  expect(at(corrupt.path)).toMatchObject({ table: 'corrupt', verdict: { kind: 'writable' } });
  expect([at(locked.path)?.verdict.kind, codes(at(locked.path)?.verdict)]).toEqual(['hidden', ['read-only']]);
  expect([at(swap.path)?.verdict.kind, codes(at(swap.path)?.verdict)]).toEqual(['hidden', ['swap']]);

  await expect(host.targets.openTarget(await host.disks.identify(locked.path), { wantZeros: false })).rejects.toThrow('target-read-only');
  await expect(host.targets.openTarget(await host.disks.identify(swap.path), { wantZeros: false })).rejects.toThrow('disk-is-system');
});

real('numbers are the same in every run and stay with their disk', async () => {
  const lab = await testLab();
  const first = await attachLoop(lab, { size: 4 * MIB });
  const host = createHost({ practiceFolder: null });
  const before = await host.disks.find(first.path);
  const second = await attachLoop(lab, { size: 4 * MIB });
  const after = await host.disks.list();
  expect(after.find((disk) => disk.id === first.path)?.number).toBe(before.number);
  expect(new Set(after.map((disk) => disk.number)).size).toBe(after.length);
  expect((await host.disks.find(String(before.number))).id).toBe(first.path);
  await second.detach();
  await expect(host.disks.find(second.path)).rejects.toThrow('disk-not-found');
});

real('a disk is found by a link to it; a partition or nonsense is not', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: null });
  const loop = await attachLoop(lab, { size: 64 * MIB });
  await tool('sfdisk', ['-q', '--no-reread', loop.path], { input: GPT });
  await loop.addPartitionNodes();
  const link = join(lab.folder, 'by-id');
  await symlink(loop.path, link);
  for (const spec of [link, relative(process.cwd(), link), `./${relative(process.cwd(), link)}`]) expect((await host.disks.find(spec)).id).toBe(loop.path);
  await expect(host.disks.find(`${loop.path}p1`)).rejects.toMatchObject({ code: 'disk-is-partition', params: { disk: loop.path } });
  for (const spec of ['/dev/null', '/dev/nothing', '9999', '-1', '', 'sda', 'file:', lab.folder]) {
    await expect(host.disks.find(spec), spec).rejects.toThrow('disk-not-found');
  }
  for (const spec of [`file:${loop.path}`, `file:${link}`]) await expect(host.disks.find(spec), spec).rejects.toMatchObject({ code: 'disk-named-otherwise', params: { disk: loop.path } });
  const file = await realpath(loop.backing);
  for (const spec of [loop.backing, relative(process.cwd(), loop.backing)]) await expect(host.disks.find(spec), spec).rejects.toMatchObject({ code: 'disk-named-otherwise', params: { disk: `file:${file}` } });
});

real('plugging in and unplugging show by themselves, and so does mounting', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: lab.folder });
  const seen = changes(host, lab);
  await seen.until(() => true, 60_000);

  const loop = await attachLoop(lab, { size: 32 * MIB, backing: await sparse(join(lab.folder, 'plugged.bin'), 32 * MIB) });
  await seen.until((disks) => disks.some((disk) => disk.id === loop.path), 60_000);
  await tool('mkfs.ext4', ['-q', loop.path]);
  const mount = await mounted(lab, loop.path, { type: 'ext4' });
  await seen.until((disks) => disks.find((disk) => disk.id === loop.path)?.verdict.kind === 'confirm', 60_000);
  await mount.unmount();
  await seen.until((disks) => disks.find((disk) => disk.id === loop.path)?.verdict.kind === 'writable', 60_000);
  await loop.detach();
  await seen.until((disks) => !disks.some((disk) => disk.id === loop.path), 60_000);

  await host.practice.create({ name: 'new', size: 8 * MIB, sample: false });
  await seen.until((disks) => disks.some((disk) => disk.practice), 60_000);
});

real('watching costs next to nothing while nothing changes', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: null });
  const seen = changes(host, lab);
  await seen.until(() => true, 60_000);
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 3_000_000).toBeLessThan(0.4);
});

real('releasing unmounts nested mounts from the top, and says so when a disk is busy', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: null });
  const loop = await attachLoop(lab, { size: 64 * MIB });
  await tool('sfdisk', ['-q', '--no-reread', loop.path], { input: GPT });
  await loop.addPartitionNodes();
  await tool('mkfs.ext4', ['-q', `${loop.path}p1`]);
  await tool('mkfs.ext4', ['-q', `${loop.path}p2`]);
  const below = join(lab.folder, 'a name with spaces');
  await mkdir(below);
  await tool('mount', [`${loop.path}p1`, below]);
  const above = join(below, 'inside');
  await mkdir(above);
  await tool('mount', [`${loop.path}p2`, above]);

  const identity = await host.disks.identify(loop.path);
  await expect(host.targets.openTarget(identity, { wantZeros: false })).rejects.toThrow('target-in-use');

  const busy = await open(join(above, 'busy'), 'w');
  await expect(host.targets.release(identity, signal)).rejects.toThrow('target-in-use');
  // What only looks lets go again: tried once more, it is released.
  let tries = 0;
  const letsGo: CommandRunner = async (program, args, options) => {
    const result = await runCommand(program, args, options);
    if (program === 'umount' && ++tries === 1) await busy.close();
    return result;
  };
  await createLinuxTargets(letsGo).release(await host.disks.find(loop.path), signal);
  expect(tries).toBe(3);
  expect(await readFile('/proc/self/mounts', 'utf8')).not.toContain(loop.path);
  const device = await host.targets.openTarget(identity, { wantZeros: false });
  expect(device.readsZero).toBe(false);
  await device.close();
});

real('what is mounted for a moment is never left mounted: whoever only looks is waited for, whoever holds on is named, and what went wrong meanwhile comes first', async () => {
  const lab = await testLab();
  const loop = await attachLoop(lab, { size: 16 * MIB });
  await tool('mkfs.ext4', ['-q', loop.path]);
  let held: FileHandle | null = null;
  let tries = 0;
  const run = (letGo: boolean): CommandRunner => async (program, args, options) => {
    const result = await runCommand(program, args, options);
    if (program === 'umount' && ++tries === 1 && letGo) await held?.close();
    return result;
  };
  let folder = '';
  const hold = async (mounted: string): Promise<string> => {
    tries = 0;
    folder = mounted;
    await writeFile(join(mounted, 'written'), 'all of it');
    held = await open(join(mounted, 'written'), 'r');
    return 'done';
  };
  const isLeft = async (): Promise<boolean> => (await readFile('/proc/self/mounts', 'utf8')).includes(folder) || await access(folder).then(() => true, () => false);
  const request = { type: 'ext4', options: 'rw', device: loop.path };

  expect(await whileMounted(run(true), request, hold)).toBe('done');
  expect(tries).toBe(2);
  expect(await isLeft()).toBe(false);

  await expect(whileMounted(run(false), request, hold)).rejects.toMatchObject({ code: 'target-in-use' });
  expect(await isLeft()).toBe(false);
  await held!.close();
  await expect(whileMounted(run(false), request, async (mounted) => {
    await hold(mounted);
    throw new Error('went wrong');
  })).rejects.toThrow('went wrong');
  expect(await isLeft()).toBe(false);
  await held!.close();
  expect(await whileMounted(run(false), request, (mounted) => readFile(join(mounted, 'written'), 'utf8'))).toBe('all of it');
});

real('opening to write makes a loop device read zeros when asked, and gives the space of its file back', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: null });
  const loop = await attachLoop(lab, { size: 8 * MIB });
  await writeFile(loop.path, Buffer.alloc(8 * MIB, 0x5a));
  const identity = await host.disks.identify(loop.path);
  const device = await host.targets.openTarget(identity, { wantZeros: true });
  try {
    expect(device.readsZero).toBe(true);
    await device.writeAt(MIB, new Uint8Array(4096).fill(7));
    await device.flush();
  } finally {
    await device.close();
  }
  const expected = Buffer.alloc(8 * MIB);
  expected.fill(7, MIB, MIB + 4096);
  expect(await loop.sha256()).toBe(createHash('sha256').update(expected).digest('hex'));
  expect((await stat(loop.backing)).blocks * 512).toBeLessThan(MIB);
});

real('two who want to write to one disk: the second is refused', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: null });
  const loop = await attachLoop(lab, { size: 4 * MIB });
  const identity = await host.disks.identify(loop.path);
  const first = await host.targets.openTarget(identity, { wantZeros: false });
  try {
    await expect(host.targets.openTarget(identity, { wantZeros: false })).rejects.toThrow('target-in-use');
  } finally {
    await first.close();
  }
});

real('the identity changes with the table at either end, and with the disk behind the same name', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: null });
  const loop = await attachLoop(lab, { size: 16 * MIB });
  const empty = await host.disks.identify(loop.path);
  expect(empty).toMatchObject({ id: loop.path, size: 16 * MIB, bus: 'loop', tableHash: createHash('sha256').update(Buffer.alloc(2 * MIB)).digest('hex') });
  for (const offset of [0, 16 * MIB - 512]) {
    const file = await open(loop.path, 'r+');
    await file.write(Buffer.alloc(512, 1), 0, 512, offset);
    await file.sync();
    const changed = await host.disks.identify(loop.path);
    expect(changed.tableHash).not.toBe(empty.tableHash);
    await file.write(Buffer.alloc(512), 0, 512, offset);
    await file.sync();
    await file.close();
  }
  await loop.exchange(await sparse(join(lab.folder, 'other.img'), 16 * MIB));
  expect((await host.disks.identify(loop.path)).model).not.toBe(empty.model);
  await loop.detach();
  await expect(host.disks.identify(loop.path)).rejects.toThrow('disk-not-found');
});

real('which disks a file lies on: its loop device, the disk under that, and whatever stands on the file', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: null });
  const loop = await attachLoop(lab, { size: 32 * MIB });
  await tool('mkfs.ext4', ['-q', loop.path]);
  const mount = await mounted(lab, loop.path, { type: 'ext4' });
  const image = await sparse(join(mount.folder, 'image.img'), 4 * MIB);

  const system = (await host.disks.list()).find((disk) => disk.verdict.reasons.some((reason) => reason.code === 'system'));
  const holding = await host.disks.holding(image);
  expect(holding).toContain(loop.path);
  expect(holding).toContain(`file:${image}`);
  if (system) expect(holding).toContain(system.id);
  expect(await host.disks.holding(join(mount.folder, 'not', 'there', 'yet'))).toContain(loop.path);
  expect(await host.disks.holding(loop.path)).toContain(loop.path);
  expect(await host.disks.holding('/proc/version')).toEqual(['file:/proc/version']);

  const onImage = await attachLoop(lab, { backing: image });
  expect(await host.disks.holding(image)).toContain(onImage.path);
  expect(await host.disks.holding(onImage.path)).toContain(loop.path);
});

real('the disk under a mounted loop device is in use', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: null });
  const outer = await attachLoop(lab, { size: 64 * MIB });
  await tool('mkfs.ext4', ['-q', outer.path]);
  const mount = await mounted(lab, outer.path, { type: 'ext4' });
  const inner = await attachLoop(lab, { backing: await sparse(join(mount.folder, 'inner.img'), 16 * MIB) });
  await tool('mkfs.ext4', ['-q', inner.path]);
  expect((await host.disks.find(outer.path)).verdict.kind).toBe('confirm');
  await mounted(lab, inner.path, { type: 'ext4' });
  const found = await host.disks.find(outer.path);
  expect([found.verdict.kind, codes(found.verdict)]).toEqual(['hidden', ['in-use']]);
});

real('the disk of the running system is out of reach by every path', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: null });
  for (const disk of (await host.disks.list()).filter((each) => each.verdict.reasons.some((reason) => reason.code === 'system'))) {
    expect(disk.verdict.kind).toBe('hidden');
    const link = join(lab.folder, 'harmless.img');
    await symlink(disk.path, link);
    const identity = await host.disks.identify(disk.id);
    await expect(host.targets.openTarget(identity, { wantZeros: true })).rejects.toThrow('disk-is-system');
    // Another name for the same node is not on the list, and no practice disk either.
    for (const id of [link, `file:${link}`, `file:${disk.path}`, `//dev/${disk.path.slice(5)}`, `/dev/../dev/${disk.path.slice(5)}`]) {
      await expect(host.targets.openTarget({ ...identity, id, path: link }, { wantZeros: true }), id).rejects.toThrow(/disk-not-found|disk-is-system/);
    }
    // A harmless name with the system's path beside it: the name is what counts.
    const loop = await attachLoop(lab, { size: 4 * MIB });
    const device = await host.targets.openTarget({ ...identity, id: loop.path, path: disk.path }, { wantZeros: false });
    expect(device.size).toBe(4 * MIB);
    await device.close();
    await rename(link, `${link}.old`);
  }
});

real('rereading the table gives the kernel the new partitions', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: null });
  const loop = await attachLoop(lab, { size: 64 * MIB });
  await tool('sfdisk', ['-q', '--no-reread', loop.path], { input: GPT });
  const identity = await host.disks.identify(loop.path);
  await host.targets.reread(identity);
  expect((await stat(`${loop.path}p2`)).isBlockDevice()).toBe(true);
  expect(await host.targets.eject(identity)).toBe(false);
});

real('a practice disk that a loop device stands on is in use', async () => {
  const lab = await testLab();
  const host = createHost({ practiceFolder: lab.folder });
  const disk = await host.practice.create({ name: 'shared', size: 4 * MIB, sample: false });
  expect(disk.verdict.kind).toBe('writable');
  const identity = await host.disks.identify(disk.id);
  await attachLoop(lab, { backing: disk.path });
  expect(codes((await host.disks.find(disk.id)).verdict)).toEqual(['in-use']);
  await expect(host.targets.openTarget(identity, { wantZeros: false })).rejects.toThrow('target-in-use');
  await expect(host.practice.remove(disk.id)).rejects.toThrow('target-in-use');
});

async function sparse(path: string, size: number): Promise<string> {
  await writeFile(path, '');
  await truncate(path, size);
  return path;
}

test('elevation: whoever runs this knows whether they are root', () => {
  expect(createHost({ practiceFolder: null }).elevation.isElevated()).toBe(process.getuid?.() === 0);
});
