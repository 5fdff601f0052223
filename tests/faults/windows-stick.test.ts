import { expect } from 'vitest';
import { attachFaulty, FAULTY_NEEDS, type Fault } from '../labs/faulty.ts';
import { werkbank } from '../labs/werkbank.ts';
import { windowsIso, WINDOWS_ISO_TOOLS } from '../labs/windows-iso.ts';
import { need } from '../support/need.ts';
import { expectEnd, expectNoTable, faultBench, MIB } from './bench.ts';

const SIZE = 48 * MIB;
const withFaults = need({ ...FAULTY_NEEDS, tools: [...FAULTY_NEEDS.tools, ...WINDOWS_ISO_TOOLS] });
const stickArgs = (iso: string, disk: string): string[] => ['media', 'windows', iso, '--to', disk, '--yes', '--no-eject', '--no-checks'];

const LIARS: readonly { readonly name: string; readonly faults: readonly Fault[] }[] = [
  { name: 'forgets a write', faults: [{ on: 'write', fromByte: 6 * MIB, toByte: 6 * MIB + 1, drop: true }] },
  { name: 'holds 4 MiB and says 48', faults: [{ on: 'write', wrapAt: 4 * MIB }, { on: 'read', wrapAt: 4 * MIB }] },
];

for (const { name, faults } of LIARS) {
  withFaults(`a stick that ${name} is found out when its files are read back`, async () => {
    const { lab, expectNothingElseHarmed } = await faultBench();
    const target = await attachFaulty(lab, { size: SIZE, faults });
    const end = await werkbank(lab, stickArgs(await windowsIso(), target.path));
    expect(['media-file-mismatch', 'target-mismatch']).toContain(end.ended?.code);
    expectEnd(end, end.ended?.code ?? null, 6);
    await expectNothingElseHarmed();
  });
}

withFaults('a stick that fails in the middle is named and left blank', async () => {
  const { lab, expectNothingElseHarmed } = await faultBench();
  const target = await attachFaulty(lab, { size: SIZE, faults: [{ on: 'write', afterBytes: 6 * MIB, fromByte: MIB, error: 'EIO' }] });
  expectEnd(await werkbank(lab, stickArgs(await windowsIso(), target.path)), 'target-write-failed', 5);
  await target.setFaults();
  await expectNoTable(target);
  await expectNothingElseHarmed();
});
