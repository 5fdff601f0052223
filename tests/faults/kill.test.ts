import { expect } from 'vitest';
import { need } from '../support/need.ts';
import type { Lab } from '../labs/lab.ts';
import { attachFaulty, FAULTY_NEEDS } from '../labs/faulty.ts';
import { startWerkbank, werkbank, type WerkbankRun } from '../labs/werkbank.ts';
import { expectEnd, expectNoTable, faultBench, imageBytes, MIB, sha256, writeArgs } from './bench.ts';
import { open } from 'node:fs/promises';

const SIZE = 16 * MIB;
const withFaults = need(FAULTY_NEEDS);

/**
 * The first piece is written and told, on a machine of any speed; the end is not reached until the faults change. The kernel
 * may join requests where one piece borders on the next: the piece before this one may hang with it.
 */
const SILENT_FROM_THE_NINTH = { on: 'write', fromByte: 8 * MIB, toByte: 12 * MIB, stall: true } as const;

/** Starts a run, and waits until it says that it has written something. */
async function runningWrite(lab: Lab, args: readonly string[], onEnded: () => void = () => undefined): Promise<WerkbankRun> {
  const { promise: started, resolve } = Promise.withResolvers<'under way'>();
  const run = startWerkbank(lab, args, {
    // Nobody gives the disk up meanwhile.
    stallSeconds: [3000, 3001, 3002],
    onEvent: (event) => {
      if (event.event === 'progress' && event.progress.targets.some(({ state, bytesDone }) => state === 'writing' && bytesDone > 0)) resolve('under way');
      if (event.event === 'ended') onEnded();
    },
  });
  const seen = await Promise.race([started, run.end]);
  expect(seen, 'the write ended before it was under way').toBe('under way');
  return run;
}

withFaults('SIGKILL in the middle of a write leaves a disk without a table, and the next write succeeds', async () => {
  const { lab, image, bytes, expectNothingElseHarmed } = await faultBench(12 * MIB);
  const target = await attachFaulty(lab, { size: SIZE });
  const old = await open(target.path, 'r+');
  await old.write(imageBytes(MIB));
  await old.sync();
  await old.close();
  await target.setFaults(SILENT_FROM_THE_NINTH);

  const run = await runningWrite(lab, writeArgs(image, target.path));
  run.kill('SIGKILL');
  // Nobody leaves a system call that hangs: the disk lets go of it.
  await target.setFaults();
  const killed = await run.end;
  expect(killed.exitCode).toBeNull();
  expect(killed.ended).toBeUndefined();
  await expectNoTable(target);
  await expectNothingElseHarmed();

  expectEnd(await werkbank(lab, writeArgs(image, target.path)), null, 0);
  expect(sha256(await target.read(0, bytes.length))).toBe(sha256(bytes));
});

withFaults('Ctrl+C in the middle of a write cancels, also while the disk says nothing, and leaves no table', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench(12 * MIB);
  const target = await attachFaulty(lab, { size: SIZE, faults: [SILENT_FROM_THE_NINTH] });
  // The program cannot leave a system call that hangs: the disk is let go as soon as it has said how it ends.
  const run = await runningWrite(lab, writeArgs(image, target.path), () => void target.setFaults());
  await target.setFaults({ on: 'write', stall: true });
  run.kill('SIGINT');
  expectEnd(await run.end, 'cancelled', 130);
  await expectNoTable(target);
  await expectNothingElseHarmed();
});

withFaults('two jobs for one disk: the second is turned away, the first finishes', async () => {
  const { lab, image, bytes, expectNothingElseHarmed } = await faultBench(12 * MIB);
  const target = await attachFaulty(lab, { size: SIZE, faults: [SILENT_FROM_THE_NINTH] });
  const first = await runningWrite(lab, writeArgs(image, target.path));
  const second = await werkbank(lab, writeArgs(image, target.path));
  expectEnd(second, 'disk-busy', 3);
  await target.setFaults();
  expectEnd(await first.end, null, 0);
  expect(sha256(await target.read(0, bytes.length))).toBe(sha256(bytes));
  await expectNothingElseHarmed();
});
