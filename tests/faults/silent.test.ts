import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { attachFaulty, FAULTY_NEEDS } from '../labs/faulty.ts';
import { attachLoop } from '../labs/loop.ts';
import { werkbank, type WerkbankEnd } from '../labs/werkbank.ts';
import { expectEnd, faultBench, MIB, sha256, writeArgs } from './bench.ts';

/** Seconds that a disk without an answer may cost a command, on a slow machine. It answers nothing until it is told to. */
const PATIENCE = 60;

need(FAULTY_NEEDS)('a disk that answers nothing holds up neither the list, nor the demo, nor a write to another disk', async () => {
  const { lab, image, bytes, expectNothingElseHarmed } = await faultBench();
  const silent = await attachFaulty(lab, { size: 16 * MIB });
  const good = await attachLoop(lab, { size: 16 * MIB });
  const timed = async (...args: string[]): Promise<WerkbankEnd & { seconds: number }> => {
    const started = performance.now();
    const end = await werkbank(lab, args);
    return { ...end, seconds: (performance.now() - started) / 1000 };
  };
  const usual = await timed('demo');
  expectEnd(usual, null, 0);

  await silent.setFaults({ on: 'read', stall: true }, { on: 'write', stall: true }, { on: 'flush', stall: true });
  const listed = await timed('disks');
  expectEnd(listed, null, 0);
  const disks = listed.events.find((event) => event.event === 'disks')?.disks ?? [];
  expect(disks.find(({ path }) => path === silent.path)).toMatchObject({ table: 'unreadable', size: 16 * MIB });
  expect(disks.find(({ path }) => path === good.path)).toMatchObject({ table: 'none', verdict: { kind: 'writable' } });
  expect(listed.seconds).toBeLessThan(PATIENCE);
  // It really was silent all the while: somebody is still waiting for it.
  expect((await silent.state()).held).toBeGreaterThan(0);

  const written = await timed(...writeArgs(image, good.path).filter((arg) => arg !== '--no-checks'));
  expectEnd(written, null, 0);
  expect(sha256(await good.read(0, bytes.length))).toBe(sha256(bytes));
  expect(written.seconds).toBeLessThan(PATIENCE);

  const played = await timed('demo');
  expectEnd(played, null, 0);
  expect(played.seconds).toBeLessThan(usual.seconds + PATIENCE);
  await expectNothingElseHarmed();
}, 600_000);
