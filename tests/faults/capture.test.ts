import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { journalPath, manifestPath, readManifest } from '../../native-free-engine/index.ts';
import { capture, mapOf } from '../engine/pipeline/capturing.ts';
import { built } from '../labs/built.ts';
import { attachFaulty, FAULTY_NEEDS } from '../labs/faulty.ts';
import { mounted } from '../labs/mount.ts';
import { testLab } from '../labs/test-lab.ts';
import { tool } from '../labs/tool.ts';
import { need } from '../support/need.ts';
import { seeded } from '../support/seeded.ts';

const MIB = 1024 * 1024;
const SIZE = 24 * MIB;
const withFaults = need({ ...FAULTY_NEEDS, tools: [...FAULTY_NEEDS.tools, 'qemu-img'] });
const random = seeded(17);

async function filledDisk(path: string): Promise<string> {
  const file = await open(path, 'w');
  for (let offset = 0; offset < SIZE; offset += MIB) await file.write(offset % (3 * MIB) === 0 ? random.bytes(MIB) : Buffer.alloc(MIB, `piece ${offset}`), 0, MIB, offset);
  await file.close();
  return path;
}

const identical = async (disk: string, image: string): Promise<void> => {
  expect(await tool('qemu-img', ['check', image])).toContain('No errors were found');
  expect(await tool('qemu-img', ['compare', '-f', 'raw', '-F', 'qcow2', disk, image])).toContain('identical');
};

need({ tools: ['qemu-img'] })('a capture killed at 50 random points loses nothing: it goes on and ends with the same bytes', async () => {
  const lab = await testLab();
  const disk = await filledDisk(join(lab.folder, 'disk.img'));
  /** A capture in a process of its own that has begun. */
  const begun = async (image: string, resume: boolean): Promise<{ child: ChildProcess; ended: Promise<number | null> }> => {
    const child = spawn(process.execPath, [built('imaging-child'), disk, String(SIZE), image, String(40 * MIB), resume ? 'resume' : ''], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
    return { child, ended };
  };
  // What "random points" are, on this machine.
  const undisturbed = await begun(join(lab.folder, 'undisturbed.qcow2'), false);
  const from = performance.now();
  expect(await undisturbed.ended).toBe(0);
  const span = Math.ceil(performance.now() - from);
  let rounds = 0;
  let kills = 0;
  let resumed = 0;
  const untilKilledOften = async (): Promise<void> => {
    while (kills < 50) {
      const image = join(lab.folder, `round-${rounds++}.qcow2`);
      for (let attempt = 0; attempt < 6 && kills < 50; attempt++) {
        const { child, ended } = await begun(image, attempt > 0 && existsSync(journalPath(image)));
        const winner = await Promise.race([ended, sleep(20 + random.below(span)).then(() => 'kill' as const)]);
        if (winner === 'kill') {
          child.kill('SIGKILL');
          await ended;
          kills++;
        } else break;
      }
      if (existsSync(manifestPath(image))) {
        await identical(disk, image);
        continue;
      }
      expect(existsSync(image) && !existsSync(journalPath(image))).toBe(false);
      const result = await capture(disk, mapOf(SIZE, [{ offset: 0, length: SIZE }]), image, { resume: true });
      resumed += result.resumed;
      await identical(disk, image);
    }
  };
  // Half of the time goes by with waiting for the moment to kill: two images are made side by side.
  await Promise.all([untilKilledOften(), untilKilledOften()]);
  expect(kills).toBeGreaterThanOrEqual(50);
  expect(resumed).toBeGreaterThan(0);
}, 600_000);

withFaults('bad sectors become zeros that the manifest lists, and everything else is there', async () => {
  const lab = await testLab();
  const plain = await filledDisk(join(lab.folder, 'plain.img'));
  for (const bad of [[5 * MIB + 8192, 4096], [9 * MIB, 512_000]] as const) {
    const target = await attachFaulty(lab, { size: SIZE });
    await tool('dd', [`if=${plain}`, `of=${target.path}`, 'bs=1M', 'conv=fsync', 'status=none']);
    await target.setFaults({ on: 'read', fromByte: bad[0], toByte: bad[0] + bad[1], error: 'EIO' });
    const image = join(lab.folder, `bad-${bad[1]}.qcow2`);
    const seen = { retrying: false, badBytes: 0 };
    const result = await capture(target.path, mapOf(SIZE, [{ offset: 0, length: SIZE }]), image, {
      report: ({ retrying, badBytes }) => {
        seen.retrying ||= retrying;
        seen.badBytes = badBytes;
      },
    });
    expect(result.bad.map(({ offset, length }) => [offset, length])).toEqual([[...bad]]);
    expect(seen.badBytes).toBe(bad[1]);
    expect((await readManifest(manifestPath(image))).manifest.bad[0]).toMatchObject({ offset: bad[0], length: bad[1] });
    const holed = join(lab.folder, 'holed.img');
    await tool('cp', [plain, holed]);
    const file = await open(holed, 'r+');
    await file.write(Buffer.alloc(bad[1]), 0, bad[1], bad[0]);
    await file.close();
    await identical(holed, image);
    await target.setFaults();
  }
});

withFaults('a disk of which nothing can be read is given up by name, not read for ever', async () => {
  const lab = await testLab();
  const target = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'read', error: 'EIO' }] });
  await expect(capture(target.path, mapOf(SIZE, [{ offset: 0, length: SIZE }]), join(lab.folder, 'dead.qcow2'))).rejects.toMatchObject({ code: 'source-unreadable' });
});

withFaults('a disk that stops answering is named after the time that was set, and what was captured stays', async () => {
  const lab = await testLab();
  const target = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'read', fromByte: 12 * MIB, toByte: SIZE, stall: true }] });
  const image = join(lab.folder, 'silent.qcow2');
  const silences: number[] = [];
  const capturing = capture(target.path, mapOf(SIZE, [{ offset: 0, length: SIZE }]), image, { stallSeconds: 7, report: ({ stalledSeconds }) => silences.push(stalledSeconds) });
  await expect(capturing).rejects.toMatchObject({ code: 'source-stalled' });
  expect(Math.max(...silences)).toBeGreaterThanOrEqual(5);
  await target.setFaults();
  await expect.poll(() => capture(target.path, mapOf(SIZE, [{ offset: 0, length: SIZE }]), image, { resume: true }).then(() => 'done', (error: { code: string }) => error.code), { timeout: 120_000 }).toBe('done');
});

need({ root: true, linux: true, tools: ['mount', 'qemu-img'] })('a destination that fills up says so, and the capture goes on once there is room', async () => {
  const lab = await testLab();
  const disk = await filledDisk(join(lab.folder, 'disk.img'));
  const { folder } = await mounted(lab, 'none', { type: 'tmpfs', options: 'size=4m' });
  const image = join(folder, 'full.qcow2');
  const map = mapOf(SIZE, [{ offset: 0, length: SIZE }]);
  await expect(capture(disk, map, image)).rejects.toMatchObject({ code: 'destination-full' });
  expect(existsSync(image)).toBe(false);
  await tool('mount', ['-o', 'remount,size=64m', folder]);
  await capture(disk, map, image, { resume: true });
  await identical(disk, image);
});

need({})('a disk that becomes smaller while it is read is named', async () => {
  const lab = await testLab();
  const disk = await filledDisk(join(lab.folder, 'shrinks.img'));
  let goOn: () => void = () => undefined;
  const capturing = capture(disk, mapOf(SIZE, [{ offset: 0, length: SIZE }]), join(lab.folder, 'shrinks.qcow2'), {
    // Far from the place where it will end, when the first bytes are told.
    bytesPerSecond: MIB,
    onControl: ({ setLimit }) => (goOn = () => setLimit(0)),
    report: ({ bytesDone }) => {
      if (bytesDone === 0) return;
      truncateSync(disk, 16 * MIB);
      goOn();
    },
  });
  await expect(capturing).rejects.toMatchObject({ code: 'source-changed' });
});
