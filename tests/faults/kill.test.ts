import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { attachFaulty, FAULTY_NEEDS } from '../labs/faulty.ts';
import { startWerkbank, werkbank } from '../labs/werkbank.ts';
import { expectEnd, expectNoTable, faultBench, imageBytes, MIB, sha256, writeArgs } from './bench.ts';
import { open } from 'node:fs/promises';

const SIZE = 16 * MIB;
const withFaults = need(FAULTY_NEEDS);

/** Resolves once the program says it has written something beyond the first chunk. */
const underWay = (): { started: Promise<void>; onEvent: NonNullable<Parameters<typeof startWerkbank>[2]>['onEvent'] } => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    started: promise,
    onEvent: (event) => {
      if (event.event === 'progress' && event.progress.targets.some(({ state, bytesDone }) => state === 'writing' && bytesDone >= 4 * MIB)) resolve();
    },
  };
};

withFaults('SIGKILL in the middle of a write leaves a disk without a table, and the next write succeeds', async () => {
  const { lab, image, bytes, expectNothingElseHarmed } = await faultBench(12 * MIB);
  const target = await attachFaulty(lab, { size: SIZE });
  const old = await open(target.path, 'r+');
  await old.write(imageBytes(MIB));
  await old.sync();
  await old.close();
  await target.setFaults({ on: 'write', delayMs: 120 });

  const { started, onEvent } = underWay();
  const run = startWerkbank(lab, writeArgs(image, target.path), onEvent ? { onEvent } : {});
  await started;
  run.kill('SIGKILL');
  const killed = await run.end;
  expect(killed.exitCode).toBeNull();
  expect(killed.ended).toBeUndefined();
  await target.setFaults();
  await expectNoTable(target);
  await expectNothingElseHarmed();

  expectEnd(await werkbank(lab, writeArgs(image, target.path)), null, 0);
  expect(sha256(await target.read(0, bytes.length))).toBe(sha256(bytes));
});

withFaults('Ctrl+C in the middle of a write cancels within a second and leaves no table', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench(12 * MIB);
  const target = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'write', delayMs: 120 }] });
  const { started, onEvent } = underWay();
  const run = startWerkbank(lab, writeArgs(image, target.path), onEvent ? { onEvent } : {});
  await started;
  const at = performance.now();
  run.kill('SIGINT');
  const end = await run.end;
  expect(performance.now() - at).toBeLessThan(1500);
  expectEnd(end, 'cancelled', 130);
  await target.setFaults();
  await expectNoTable(target);
  await expectNothingElseHarmed();
});

withFaults('two jobs for one disk: the second is turned away, the first finishes', async () => {
  const { lab, image, bytes, expectNothingElseHarmed } = await faultBench(12 * MIB);
  const target = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'write', afterBytes: 4 * MIB, delayMs: 1500 }] });
  const { started, onEvent } = underWay();
  const first = startWerkbank(lab, writeArgs(image, target.path), onEvent ? { onEvent } : {});
  await started;
  const second = await werkbank(lab, writeArgs(image, target.path));
  expectEnd(second, 'disk-busy', 3);
  await target.setFaults();
  expectEnd(await first.end, null, 0);
  expect(sha256(await target.read(0, bytes.length))).toBe(sha256(bytes));
  await expectNothingElseHarmed();
});
