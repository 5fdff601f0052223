import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { attachFaulty, FAULTY_NEEDS } from '../labs/faulty.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { werkbank } from '../labs/werkbank.ts';
import { expectEnd, expectNoTable, faultBench, MIB, sha256, writeArgs } from './bench.ts';

const SIZE = 16 * MIB;
const withFaults = need(FAULTY_NEEDS);

withFaults('a disk that fails writes half-way ends by name, with no table on it', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench();
  const target = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'write', afterBytes: 6 * MIB, error: 'EIO' }] });
  const end = await werkbank(lab, writeArgs(image, target.path));
  expectEnd(end, 'target-write-failed', 5);
  expect(end.report?.targets[0]).toMatchObject({ outcome: 'failed', sha256: null });
  await target.setFaults();
  await expectNoTable(target);
  await expectNothingElseHarmed();
});

withFaults('a disk that is out of space in the middle (a controller that died) is not called a success', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench();
  const target = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'write', fromByte: 5 * MIB, toByte: 6 * MIB, error: 'ENOSPC' }] });
  expectEnd(await werkbank(lab, writeArgs(image, target.path)), 'target-write-failed', 5);
  await expectNothingElseHarmed();
});

withFaults('a disk that cannot flush is not called a success', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench();
  const target = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'flush', afterBytes: 2 * MIB + 1, error: 'EIO' }] });
  const end = await werkbank(lab, writeArgs(image, target.path));
  expectEnd(end, 'target-flush-failed', 5);
  await expectNothingElseHarmed();
});

withFaults('one failing disk of two does not spoil the other', async () => {
  const { lab, image, bytes, expectNothingElseHarmed } = await faultBench();
  const bad = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'write', afterBytes: 4 * MIB, error: 'EIO' }] });
  const good = await attachLoop(lab, { size: SIZE });
  const end = await werkbank(lab, writeArgs(image, bad.path, good.path));
  expectEnd(end, 'target-write-failed', 5);
  expect(end.report?.outcome).toBe('partly');
  expect(end.report?.targets.map((target) => target.outcome)).toEqual(['failed', 'verified']);
  expect(sha256(await good.read(0, bytes.length))).toBe(sha256(bytes));
  await expectNothingElseHarmed();
});

withFaults('a disk that goes quiet for a while and comes back is waited for', async () => {
  const { lab, image, bytes, expectNothingElseHarmed } = await faultBench();
  const target = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'write', afterBytes: 5 * MIB, stall: true }] });
  let released = false;
  const end = await werkbank(lab, writeArgs(image, target.path), {
    stallSeconds: [0.5, 300, 600],
    onEvent: (event) => {
      if (released || event.event !== 'progress' || !event.progress.targets.some(({ stalledSeconds }) => stalledSeconds > 0)) return;
      released = true;
      void target.setFaults();
    },
  });
  expect(released).toBe(true);
  expectEnd(end, null, 0);
  expect(sha256(await target.read(0, bytes.length))).toBe(sha256(bytes));
  await expectNothingElseHarmed();
});

withFaults('a disk that stays quiet is given up by name and not waited for at the end', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench();
  const target = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'write', afterBytes: 5 * MIB, stall: true }] });
  let reported = 0;
  const run = werkbank(lab, writeArgs(image, target.path), {
    stallSeconds: [1, 2, 4],
    // The program cannot leave the system call that hangs: it is let go as soon as the outcome is known.
    onEvent: (event) => {
      if (event.event === 'report' || event.event === 'ended') reported ||= performance.now();
      if (event.event === 'ended') void target.setFaults();
    },
  });
  const end = await run;
  expectEnd(end, 'target-stalled', 5);
  expect(reported).toBeGreaterThan(0);
  expect(end.events.some((event) => event.event === 'progress' && event.progress.targets.some(({ stalledSeconds }) => stalledSeconds > 0))).toBe(true);
  await expectNothingElseHarmed();
});

withFaults('the first MiB of the image is written last', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench();
  const target = await attachFaulty(lab, { size: SIZE });
  expectEnd(await werkbank(lab, [...writeArgs(image, target.path), '--no-verify']), null, 0);
  const { writes } = await target.state();
  const lastBody = writes.findLastIndex(({ offset }) => offset >= MIB);
  const head = writes.slice(lastBody + 1);
  expect(head.length).toBeGreaterThan(0);
  expect(head.every(({ offset, length }) => offset + length <= MIB)).toBe(true);
  expect(head.reduce((sum, { length }) => sum + length, 0)).toBe(MIB);
  await expectNothingElseHarmed();
});

need(LOOP_NEEDS)('a write-protected disk is refused', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench();
  const target = await attachLoop(lab, { size: SIZE, readOnly: true });
  const before = await target.sha256();
  const end = await werkbank(lab, writeArgs(image, target.path));
  expectEnd(end, 'target-read-only', 5);
  expect(await target.sha256()).toBe(before);
  await expectNothingElseHarmed();
});
