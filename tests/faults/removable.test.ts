import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { LOOP_NEEDS } from '../labs/loop.ts';
import { runInUml, UML_NEEDS, type UmlRequest } from '../labs/uml.ts';
import { WERKBANK } from '../labs/werkbank.ts';
import { faultBench, MIB, sha256, type FaultBench } from './bench.ts';

/**
 * A removable SCSI disk in a kernel of its own (User Mode Linux): the faults
 * that only a real disk driver shows. Its root is not on a disk, so that the
 * disk of the running system cannot be named there: one more thing to agree to.
 */
const onRemovable = need({ ...UML_NEEDS, tools: [...UML_NEEDS.tools, ...LOOP_NEEDS.tools] });

interface Outcome {
  readonly exitCode: number;
  readonly ended: unknown;
  readonly output: string;
}

/** Writes the bench's image to /dev/sda; `during` runs beside it, `after` when it has ended. */
async function writeInUml({ lab, image }: FaultBench, scsiDisk: NonNullable<UmlRequest['scsiDisk']>, steps: { during?: string; after?: string } = {}): Promise<Outcome> {
  const { output } = await runInUml(lab, {
    scsiDisk,
    timeoutSeconds: 90,
    script: `
${WERKBANK} write ${image} --to /dev/sda --yes --no-eject --confirm system-unknown --json > $SCRATCH/events 2> $SCRATCH/errors &
job=$!
${steps.during ?? ''}
wait $job; echo EXIT $?
tail -n 1 $SCRATCH/events; grep '"event":"report"' $SCRATCH/events
cat $SCRATCH/errors
${steps.after ?? ''}
`,
  });
  const line = output.split('\n').find((text) => text.startsWith('{"event":"ended"'));
  return { exitCode: Number(/^EXIT (\d+)$/m.exec(output)?.[1]), ended: line ? JSON.parse(line) as unknown : null, output };
}

function expectOutcome(outcome: Outcome, code: string | null, exitCode: number): void {
  expect(outcome.exitCode, outcome.output).toBe(exitCode);
  expect(outcome.ended, outcome.output).toMatchObject({ ok: code === null, code, exitCode });
}

onRemovable('a stick pulled out in the middle of a write', async () => {
  const bench = await faultBench(24 * MIB);
  const outcome = await writeInUml(bench, { dev_size_mb: 64, delay: 4 }, {
    // The seventh figure is sectors written.
    during: `until [ "$(awk '{ print $7 }' /sys/block/sda/stat)" -gt 8000 ] || ! kill -0 $job; do sleep 0.05; done
echo 1 > /sys/block/sda/device/delete`,
    after: 'ls /dev/sda',
  });
  expectOutcome(outcome, 'target-gone', 5);
  expect(outcome.output).toContain("cannot access '/dev/sda'");
  await bench.expectNothingElseHarmed();
});

onRemovable('a write-protected stick', async () => {
  const bench = await faultBench(4 * MIB);
  const outcome = await writeInUml(bench, { dev_size_mb: 16, wp: 1 }, { after: 'sha256sum /dev/sda' });
  expectOutcome(outcome, 'target-read-only', 5);
  expect(outcome.output).toContain(sha256(Buffer.alloc(16 * MIB)));
  await bench.expectNothingElseHarmed();
});

onRemovable('a stick with bad sectors where the image goes', async () => {
  const bench = await faultBench(8 * MIB);
  const outcome = await writeInUml(bench, { dev_size_mb: 16, opts: 2, medium_error_start: 0x2000, medium_error_count: 8 });
  expectOutcome(outcome, 'target-read-failed', 5);
  await bench.expectNothingElseHarmed();
});

onRemovable('a stick that holds 8 MiB and says 8 GiB', async () => {
  const bench = await faultBench(16 * MIB);
  const outcome = await writeInUml(bench, { dev_size_mb: 8, virtual_gb: 8 });
  expectOutcome(outcome, 'target-mismatch', 6);
  await bench.expectNothingElseHarmed();
});

onRemovable('a removable disk with 4096-byte sectors is written to the last byte', async () => {
  const bench = await faultBench(8 * MIB + 512);
  const outcome = await writeInUml(bench, { dev_size_mb: 16, sector_size: 4096 }, { after: `head -c ${bench.bytes.length} /dev/sda | sha256sum` });
  expectOutcome(outcome, null, 0);
  expect(outcome.output).toContain(sha256(bench.bytes));
  await bench.expectNothingElseHarmed();
});
