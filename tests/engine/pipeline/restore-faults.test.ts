import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { AbortError, manifestPath, openFileSource, planRestore, readManifest, readMarker, readSums, type RestoreLayout, type RestoreOptions } from '../../../native-free-engine/index.ts';
import { built } from '../../labs/built.ts';
import { attachFaulty, FAULTY_NEEDS } from '../../labs/faulty.ts';
import { attachLoop, LOOP_NEEDS } from '../../labs/loop.ts';
import { testLab } from '../../labs/test-lab.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { blankFile, labFolder, run } from '../lab.ts';
import { capture, mapOf } from './capturing.ts';
import { addressOf, MIB, restore, usedDisk, type Captured } from './restoring.ts';

const folder = labFolder();
const SIZE = 32 * MIB;
const source = join(folder, 'source.img');
let of: Captured;

/** A disk without a table, torn into many pieces. */
beforeAll(async () => {
  const random = seeded(7);
  blankFile(folder, 'source.img', SIZE);
  const used = [{ offset: 0, length: 8192 }, { offset: SIZE - 8192, length: 8192 }];
  for (let at = 64 * 1024; at < SIZE - MIB; ) {
    const length = 4096 * (1 + random.below(random.below(4) === 0 ? 500 : 12));
    used.push({ offset: at, length: Math.min(length, SIZE - MIB - at) });
    at += length + 4096 * random.below(24);
  }
  const noise = random.bytes(MIB);
  const file = await open(source, 'r+');
  for (const { offset, length } of used) {
    for (let done = 0; done < length; done += 4096) {
      noise.writeDoubleLE(offset + done, 0);
      await file.write(noise, 0, 4096, offset + done);
    }
  }
  await file.close();
  const map = mapOf(SIZE, used);
  const image = join(folder, 'source.qcow2');
  await capture(source, map, image, { compression: 'fast' });
  const found = await readManifest(manifestPath(image));
  of = { image, id: found.manifest.id, map, sums: await readSums(found) };
});

const planned = (size = SIZE, sectorSize = 512): RestoreLayout =>
  planRestore({ map: { ...of.map, sectorSize }, selected: null, target: { size, sectorSize }, grow: false, newIdentifiers: false, rest: 'keep' });

/** Where a target's used bytes are not the source's. */
function wrong(target: string): number[] {
  const [from, to] = [readFileSync(source), readFileSync(target)];
  return of.map.used.filter(({ offset, length }) => !from.subarray(offset, offset + length).equals(to.subarray(offset, offset + length))).map(({ offset }) => offset);
}

/** So often that a restore which is stopped anywhere has noted down how far it is, or is just about to. */
const OFTEN = { bytes: MIB, seconds: 0.01 };

/** Options of a restore that is cancelled in the middle: what is left by then would take long. */
function stopHalfWay(): Partial<RestoreOptions> {
  const controller = new AbortController();
  return { signal: controller.signal, checkpoints: OFTEN, bytesPerSecond: () => 3e6, report: ({ bytesDone }) => bytesDone > 3 * MIB && controller.abort() };
}

async function markerOf(path: string): ReturnType<typeof readMarker> {
  const disk = await openFileSource(path);
  try {
    return await readMarker(disk);
  } finally {
    await disk.close();
  }
}

/** Runs a restore in a process of its own. @param killAfter milliseconds after it has begun; null: let it end */
async function inChild(target: string, resume: boolean, withSums: boolean, killAfter: number | null): Promise<{ code: number | null; output: string; ms: number }> {
  const request = `${target}.json`;
  writeFileSync(request, JSON.stringify({ image: of.image, map: of.map, layout: planned(), target, size: SIZE, resume, withSums }));
  const child = spawn(process.execPath, [built('restore-child'), request], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let begun = 0;
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    if (begun > 0) return;
    begun = performance.now();
    if (killAfter !== null) setTimeout(() => child.kill('SIGKILL'), killAfter);
  });
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, ms: performance.now() - begun };
}

/** Kills one restore after the other, each going on where the last one was killed. Returns how many left a marker to go on from. */
async function killAndResume(name: string, kills: number, seed: number): Promise<number> {
  const random = seeded(seed);
  const target = await usedDisk(folder, name, SIZE);
  let resume = false;
  let resumed = 0;
  let withSums = true;
  // What "random moments" are, on this machine.
  const undisturbed = await inChild(target, resume, withSums, null);
  expect(undisturbed.code, undisturbed.output).toBe(0);
  await usedDisk(folder, name, SIZE);
  // On a machine that became slower meanwhile most of them come early: then there are more of them.
  while (kills > 0 || resumed < 6) {
    const { code, output } = await inChild(target, resume, withSums, random.below(Math.ceil(undisturbed.ms)));
    const found = await markerOf(target);
    if (code === 0) {
      expect(found).toBe(null);
      expect(wrong(target)).toEqual([]);
      await usedDisk(folder, name, SIZE);
      resume = false;
      withSums = !withSums;
      continue;
    }
    expect(code, output).toBe(null);
    kills--;
    if (found) {
      expect(found.marker).toMatchObject({ imageId: of.id, imageName: 'practice' });
      resumed++;
    } else if (wrong(target).length > 0) {
      expect(readFileSync(target).every((byte) => byte === 0xa5)).toBe(true);
    }
    resume = found !== null;
  }
  const { code, output } = await inChild(target, resume, withSums, null);
  expect(code, output).toBe(0);
  expect(wrong(target)).toEqual([]);
  expect(await markerOf(target)).toBe(null);
  return resumed;
}

test('killed at 50 random moments, an unfinished restore is known for one and goes on to the same bytes', async () => {
  const resumed = await Promise.all([killAndResume('killed-1.img', 25, 11), killAndResume('killed-2.img', 25, 12)]);
  expect(resumed[0] + resumed[1]).toBeGreaterThan(10);
}, 600_000);

test('cancelled, it leaves a marker; another image or another plan cannot go on from it', async () => {
  const target = addressOf(await usedDisk(folder, 'cancelled.img', SIZE), SIZE);
  await expect(restore(of, [{ address: target, layout: planned() }], stopHalfWay())).rejects.toThrow(AbortError);
  const found = await markerOf(target.path);
  expect(found?.marker).toMatchObject({ imageId: of.id, imageName: 'practice' });
  expect(found!.marker!.checkpoint).toBeGreaterThan(0);

  const before = readFileSync(target.path);
  const again = (more: Partial<Captured>, layout = planned()): Promise<unknown> => restore({ ...of, ...more }, [{ address: target, layout }], { resume: true });
  await expect(again({ id: 'another image' })).rejects.toMatchObject({ code: 'resume-mismatch' });
  await expect(again({ map: { ...of.map, used: of.map.used.slice(1) } })).rejects.toMatchObject({ code: 'resume-mismatch' });
  const fresh = addressOf(await usedDisk(folder, 'never-begun.img', SIZE), SIZE);
  await expect(restore(of, [{ address: fresh, layout: planned() }], { resume: true })).rejects.toMatchObject({ code: 'resume-mismatch' });
  expect(readFileSync(target.path).equals(before)).toBe(true);

  const totals: number[] = [];
  await restore(of, [{ address: target, layout: planned() }], { resume: true, report: ({ phase, bytesTotal }) => phase === 'writing' && totals.push(bytesTotal) });
  expect(totals[0]).toBeLessThan(planned().bytesToWrite);
  expect(wrong(target.path)).toEqual([]);
});

test('a packed raw image is read once through, and resumed', async () => {
  run('gzip', ['-1', '-k', source]);
  const packed = { ...of, image: `${source}.gz`, id: 'packed', sums: null };
  const target = addressOf(await usedDisk(folder, 'packed.img', SIZE), SIZE);
  await expect(restore(packed, [{ address: target, layout: planned() }], stopHalfWay())).rejects.toThrow(AbortError);
  const { targets } = await restore(packed, [{ address: target, layout: planned() }], { resume: true });
  expect(targets).toMatchObject([{ state: 'done' }]);
  expect(wrong(target.path)).toEqual([]);
});

test('torn markers: the slot before counts, then that of sector 0; a slot of another restore does not, and with a boot sector of its own none does', async () => {
  const target = addressOf(await usedDisk(folder, 'torn.img', SIZE), SIZE);
  const cancelled = (): Promise<void> => expect(restore(of, [{ address: target, layout: planned() }], stopHalfWay())).rejects.toThrow(AbortError);
  await cancelled();
  const earlier = readFileSync(target.path).subarray(64 * 1024, 72 * 1024);
  await cancelled();
  const { sequence } = (await markerOf(target.path))!.marker!;
  expect(sequence).toBeGreaterThan(2);
  const slot = sequence % 2 === 0 ? 64 * 1024 : 68 * 1024;
  const otherSlot = sequence % 2 === 0 ? 68 * 1024 : 64 * 1024;
  const file = await open(target.path, 'r+');
  await file.write(Buffer.alloc(100, 1), 0, 100, slot + 40);
  expect((await markerOf(target.path))!.marker!.sequence).toBe(sequence - 1);
  await file.write(Buffer.alloc(512), 0, 512, otherSlot);
  expect((await markerOf(target.path))!.marker).toMatchObject({ imageId: of.id, imageName: 'practice', sequence: 1, checkpoint: 0 });
  await file.write(earlier, 0, earlier.length, 64 * 1024);
  expect((await markerOf(target.path))!.marker!.sequence).toBe(1);
  await file.write(Buffer.alloc(8, 1), 0, 8, 128 + 0x18);
  expect((await markerOf(target.path))!.marker!.sequence).toBeGreaterThan(1);
  await file.write(Buffer.alloc(8192), 0, 8192, 64 * 1024);
  expect(await markerOf(target.path)).toEqual({ marker: null });
  await file.write(Buffer.alloc(512), 0, 512, 0);
  expect(await markerOf(target.path)).toBe(null);
  await file.close();
});

need(LOOP_NEEDS)('a disk of 4096-byte sectors; the wrong sector size is refused before the first write', async () => {
  const lab = await testLab();
  const { path, backing } = await attachLoop(lab, { size: SIZE, sectorSize: 4096 });
  await expect(restore(of, [{ address: addressOf(path, SIZE, 4096), layout: planned() }])).rejects.toMatchObject({ code: 'sector-size-mismatch' });
  const result = await restore(of, [{ address: addressOf(path, SIZE, 4096), layout: planned(SIZE, 4096) }]);
  expect(result.targets).toMatchObject([{ state: 'done', error: null }]);
  run('blockdev', ['--flushbufs', path]);
  expect(wrong(backing)).toEqual([]);
});

need(FAULTY_NEEDS)('one disk fails while it is written: it is named, the other is whole', async () => {
  const lab = await testLab();
  const bad = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'write', error: 'EIO', afterBytes: 6 * MIB }] });
  const good = addressOf(await usedDisk(folder, 'good.img', SIZE), SIZE);
  const result = await restore(of, [{ address: addressOf(bad.path, SIZE), layout: planned() }, { address: good, layout: planned() }]);
  expect(result.targets).toMatchObject([{ state: 'failed' }, { state: 'done', error: null }]);
  expect(['target-write-failed', 'target-flush-failed']).toContain(result.targets[0]!.error?.code);
  expect(wrong(good.path)).toEqual([]);
});

for (const [step, fromByte, toByte] of [['the boot sector', 0, 4096], ['the place of the marker', 65_536, 73_728], ['the end of the head', MIB - 4096, MIB]] as const) {
  need(FAULTY_NEEDS)(`stopped in its last steps, at ${step}: known for unfinished, and finished later`, async () => {
    const lab = await testLab();
    const disk = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'write', error: 'EIO', afterBytes: 10 * MIB, fromByte, toByte }] });
    const target = { address: addressOf(disk.path, SIZE), layout: planned() };
    // No checkpoint may come in between, which would write there as well.
    const checkpoints = { bytes: 1e12, seconds: 1e6 };
    const { targets } = await restore(of, [target], { checkpoints });
    expect(targets).toMatchObject([{ state: 'failed' }]);
    await disk.setFaults();
    run('blockdev', ['--flushbufs', disk.path]);
    expect(await markerOf(disk.store)).toMatchObject({ marker: { imageId: of.id } });
    const again = await restore(of, [target], { resume: true });
    expect(again.targets).toMatchObject([{ state: 'done', error: null }]);
    run('blockdev', ['--flushbufs', disk.path]);
    expect(wrong(disk.store)).toEqual([]);
    expect(await markerOf(disk.store)).toBe(null);
  });
}

need(FAULTY_NEEDS)('stopped before the old tables were gone: resumed, it takes them away', async () => {
  const lab = await testLab();
  const tail = { fromByte: SIZE - MIB, toByte: SIZE - 8192 };
  const disk = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'write', error: 'EIO', ...tail }] });
  writeFileSync(disk.store, Buffer.alloc(SIZE, 0xa5));
  run('blockdev', ['--flushbufs', disk.path]);
  const target = { address: addressOf(disk.path, SIZE), layout: planned() };
  expect((await restore(of, [target])).targets).toMatchObject([{ state: 'failed' }]);
  expect(await markerOf(disk.store)).toMatchObject({ marker: { imageId: of.id, checkpoint: 0 } });
  await disk.setFaults();
  expect((await restore(of, [target], { resume: true })).targets).toMatchObject([{ state: 'done', error: null }]);
  run('blockdev', ['--flushbufs', disk.path]);
  expect(wrong(disk.store)).toEqual([]);
  expect(readFileSync(disk.store).subarray(tail.fromByte, tail.toByte).every((byte) => byte === 0)).toBe(true);
});

need(FAULTY_NEEDS)('one disk stops answering: it is given up, the other is whole', async () => {
  const lab = await testLab();
  const silent = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'write', stall: true, afterBytes: 6 * MIB }] });
  const good = addressOf(await usedDisk(folder, 'beside-silent.img', SIZE), SIZE);
  const stall = { reduce: 1, restart: 1, fail: 10 };
  const result = await restore(of, [{ address: addressOf(silent.path, SIZE), layout: planned() }, { address: good, layout: planned() }], { stall, checkpoints: OFTEN });
  expect(result.targets).toMatchObject([{ state: 'failed', error: { code: 'target-stalled' } }, { state: 'done', error: null }]);
  expect(wrong(good.path)).toEqual([]);
});

need(FAULTY_NEEDS)('the only disk stops answering: cancelled, it ends all the same', async () => {
  const lab = await testLab();
  const silent = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'write', stall: true, afterBytes: 6 * MIB }] });
  const controller = new AbortController();
  let [last, still] = [-1, 0];
  // Ten times a second; two seconds without a byte are the silence.
  const report = ({ bytesDone }: { bytesDone: number }): void => {
    still = bytesDone === last ? still + 1 : 0;
    last = bytesDone;
    if (still === 20) controller.abort();
  };
  await expect(restore(of, [{ address: addressOf(silent.path, SIZE), layout: planned() }], { signal: controller.signal, checkpoints: OFTEN, report })).rejects.toThrow(AbortError);
});

for (const [what, fault] of [['forgets a write', { on: 'write', drop: true }], ['gives back a wrong byte', { on: 'read', corrupt: true }]] as const) {
  for (const withSums of [true, false]) {
    need(FAULTY_NEEDS)(`a disk that ${what} is found out ${withSums ? 'by the hashes of the image' : 'without hashes'}`, async () => {
      const lab = await testLab();
      const disk = await attachFaulty(lab, { size: SIZE, faults: [{ ...fault, fromByte: 20 * MIB, toByte: 21 * MIB }] });
      const { targets } = await restore({ ...of, sums: withSums ? of.sums : null }, [{ address: addressOf(disk.path, SIZE), layout: planned() }]);
      expect(targets).toMatchObject([{ state: 'failed', error: { code: 'target-mismatch' } }]);
      expect(await markerOf(disk.store)).toMatchObject({ marker: { imageId: of.id } });
    });
  }
}
