import { expect } from 'vitest';
import { attachFaulty, FAULTY_NEEDS, type Fault } from '../labs/faulty.ts';
import { runInUml, UML_NEEDS } from '../labs/uml.ts';
import { WERKBANK, werkbank } from '../labs/werkbank.ts';
import { windowsIso, WINDOWS_ISO_TOOLS } from '../labs/windows-iso.ts';
import { need } from '../support/need.ts';
import { expectEnd, expectNoTable, faultBench, MIB } from './bench.ts';

const SIZE = 48 * MIB;
const withFaults = need({ ...FAULTY_NEEDS, tools: [...FAULTY_NEEDS.tools, ...WINDOWS_ISO_TOOLS] });
const stickArgs = (iso: string, disk: string): string[] => ['media', 'windows', iso, '--to', disk, '--yes', '--no-eject'];

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

need({ ...UML_NEEDS, tools: [...UML_NEEDS.tools, ...WINDOWS_ISO_TOOLS] })('a stick that is pulled out in the middle is named', async () => {
  const { lab } = await faultBench();
  const { output } = await runInUml(lab, {
    timeoutSeconds: 170,
    script: `
scsi-disk dev_size_mb=48 delay=10
${WERKBANK} media windows ${await windowsIso()} --to /dev/sda --yes --no-eject --confirm system-unknown --json > $SCRATCH/events 2> $SCRATCH/errors &
job=$!
until [ "$(awk '{ print $7 }' /sys/block/sda/stat)" -gt 6200 ] || ! kill -0 $job; do sleep 0.05; done
echo 1 > /sys/block/sda/device/delete
wait $job; echo EXIT $?
tail -n 1 $SCRATCH/events
cat $SCRATCH/errors
ls /dev/sda
`,
  });
  expect(output).toContain('EXIT 5');
  expect(output).toContain('"code":"target-gone"');
  expect(output).toContain("cannot access '/dev/sda'");
}, 180_000);
