import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { attachFaulty, FAULTY_NEEDS, type Fault } from '../labs/faulty.ts';
import { werkbank } from '../labs/werkbank.ts';
import { expectEnd, faultBench, MIB, writeArgs } from './bench.ts';

const SIZE = 16 * MIB;
const withFaults = need(FAULTY_NEEDS);

/** Writes everything without complaint and shows what it is worth when it is read back. */
const LIARS: readonly { readonly name: string; readonly faults: readonly Fault[] }[] = [
  { name: 'returns one wrong byte in the middle', faults: [{ on: 'read', fromByte: 5 * MIB + 12345, toByte: 5 * MIB + 12346, corrupt: true }] },
  { name: 'forgets a write', faults: [{ on: 'write', fromByte: 6 * MIB, toByte: 6 * MIB + 1, drop: true }] },
  { name: 'returns a wrong byte in the last sector', faults: [{ on: 'read', fromByte: 8 * MIB - 1, toByte: 8 * MIB, corrupt: true }] },
  { name: 'holds 4 MiB and says 16', faults: [{ on: 'write', wrapAt: 4 * MIB }, { on: 'read', wrapAt: 4 * MIB }] },
];

for (const { name, faults } of LIARS) {
  withFaults(`a disk that ${name} is found out`, async () => {
    const { lab, image, expectNothingElseHarmed } = await faultBench();
    const target = await attachFaulty(lab, { size: SIZE, faults });
    const end = await werkbank(lab, writeArgs(image, target.path));
    expectEnd(end, 'target-mismatch', 6);
    expect(end.report?.targets[0]).toMatchObject({ outcome: 'failed' });
    await expectNothingElseHarmed();
  });
}

withFaults('a disk that can be written but not read back fails by name', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench();
  const target = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'read', fromByte: 5 * MIB, toByte: 6 * MIB, error: 'EIO' }] });
  expectEnd(await werkbank(lab, writeArgs(image, target.path)), 'target-read-failed', 5);
  await expectNothingElseHarmed();
});
