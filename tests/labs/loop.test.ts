import { execFileSync, spawnSync } from 'node:child_process';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { need } from '../support/need.ts';
import { attachLoop, LOOP_NEEDS } from './loop.ts';
import { openLab } from './lab.ts';
import { testLab } from './test-lab.ts';
import { tool, toolEnv } from './tool.ts';

const MIB = 1 << 20;

function isAttached(path: string): boolean {
  return spawnSync('losetup', [path], { env: toolEnv, stdio: 'ignore' }).status === 0;
}

need(LOOP_NEEDS)('a loop device has the size and the sector size asked for, and goes with the lab', async () => {
  const lab = await openLab();
  const disk = await attachLoop(lab, { size: 8 * MIB, sectorSize: 4096 });
  expect((await tool('blockdev', ['--getsize64', '--getss', disk.path])).split('\n')).toEqual([String(8 * MIB), '4096', '']);
  expect(isAttached(disk.path)).toBe(true);
  await lab.close();
  expect(isAttached(disk.path)).toBe(false);
  await expect(stat(disk.backing)).rejects.toThrow('ENOENT');
});

need(LOOP_NEEDS)('what was written to it is what its hash and its backing file say', async () => {
  const disk = await attachLoop(await testLab(), { size: MIB });
  const before = await disk.sha256();
  const device = await open(disk.path, 'r+');
  await device.write(Buffer.alloc(512, 0xa5), 0, 512, 4096);
  await device.sync();
  await device.close();
  expect(await disk.sha256()).not.toBe(before);
  expect(await disk.read(4096, 512)).toEqual(Buffer.alloc(512, 0xa5));
  expect((await readFile(disk.backing)).subarray(4096, 4608)).toEqual(Buffer.alloc(512, 0xa5));
});

need(LOOP_NEEDS)('a read-only one takes no writes', async () => {
  const disk = await attachLoop(await testLab(), { size: MIB, readOnly: true });
  // Linux lets root open a read-only device for writing and refuses only the write itself.
  const writing = open(disk.path, 'r+').then((device) => device.write('x').finally(() => device.close()));
  await expect(writing).rejects.toThrow(/EACCES|EPERM|EROFS/);
});

need(LOOP_NEEDS)('another file can be put behind the same device', async () => {
  const lab = await testLab();
  const disk = await attachLoop(lab, { size: MIB });
  const other = `${lab.folder}/other.img`;
  await writeFile(other, Buffer.alloc(MIB, 9));
  await disk.exchange(other);
  expect(await disk.read(0, 4)).toEqual(Buffer.alloc(4, 9));
  await disk.detach();
  expect(isAttached(disk.path)).toBe(false);
});

need(LOOP_NEEDS)('many made at once are all different', async () => {
  const lab = await testLab();
  const disks = await Promise.all(Array.from({ length: 4 }, () => attachLoop(lab, { size: MIB })));
  expect(new Set(disks.map((disk) => disk.path)).size).toBe(4);
});

need(LOOP_NEEDS)('the kernel frees it when its process is killed', async () => {
  const lab = await testLab();
  const program = `
    const { attachLoop } = await import(${JSON.stringify(new URL('./loop.ts', import.meta.url).href)});
    const disk = await attachLoop({ folder: ${JSON.stringify(lab.folder)}, defer() {} }, { size: 1 << 20 });
    process.stdout.write(disk.path, () => process.kill(process.pid, 'SIGKILL'));`;
  const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(signal).toBe('SIGKILL');
  expect(stdout).toMatch(/^\/dev\/loop\d+$/);
  expect(execFileSync('losetup', ['--list', '--noheadings', '-O', 'BACK-FILE'], { encoding: 'utf8', env: toolEnv })).not.toContain(lab.folder);
});

test('a lab undoes everything in reverse order even when a step fails', async () => {
  const lab = await openLab();
  const order: number[] = [];
  lab.defer(() => void order.push(1));
  lab.defer(() => {
    throw new Error('stuck');
  });
  lab.defer(() => void order.push(2));
  await expect(lab.close()).rejects.toThrow('stuck');
  expect(order).toEqual([2, 1]);
  await lab.close();
});
