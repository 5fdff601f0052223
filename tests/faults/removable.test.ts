import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { WERKBANK } from '../labs/built.ts';
import { LOOP_NEEDS } from '../labs/loop.ts';
import { runInUml, UML_NEEDS, UML_TEST_MS } from '../labs/uml.ts';
import { windowsIso, WINDOWS_ISO_TOOLS } from '../labs/windows-iso.ts';
import { faultBench, MIB, sha256 } from './bench.ts';

const removable = need({ ...UML_NEEDS, tools: [...UML_NEEDS.tools, ...LOOP_NEEDS.tools, ...WINDOWS_ISO_TOOLS] });

/** One removable disk after the other, each with its own parameters of `scsi_debug`. */
interface Stick {
  readonly name: string;
  readonly disk: string;
  /** What is written, in place of the image. */
  readonly job?: 'windows';
  /** Looked at by the checks before a job as well, which take longer here than the write. */
  readonly checked?: true;
  /** Beside the write, with the writing job as `$job`. */
  readonly during?: string;
  readonly after?: string;
  /** How the program ends. */
  readonly code: string | null;
  readonly exitCode: number;
}

const IMAGE_SIZE = 9 * MIB + 512;

const STICKS: readonly Stick[] = [
  { name: 'has 4096-byte sectors', disk: 'dev_size_mb=16 sector_size=4096', checked: true, after: `head -c ${IMAGE_SIZE} /dev/sda | sha256sum`, code: null, exitCode: 0 },
  { name: 'is write-protected', disk: 'dev_size_mb=16 wp=1', after: 'sha256sum /dev/sda', code: 'target-read-only', exitCode: 5 },
  { name: 'has bad sectors where the image goes', disk: 'dev_size_mb=16 opts=2 medium_error_start=0x2000 medium_error_count=8', code: 'target-read-failed', exitCode: 5 },
  { name: 'holds 8 MiB and says 8 GiB', disk: 'dev_size_mb=8 virtual_gb=8', code: 'target-mismatch', exitCode: 6 },
  {
    name: 'is pulled out in the middle of a write',
    disk: 'dev_size_mb=16 delay=10',
    during: 'pull-disk 4200 $job',
    after: 'ls /dev/sda',
    code: 'target-gone', exitCode: 5,
  },
  { name: 'is pulled out while it becomes a Windows stick', disk: 'dev_size_mb=64 delay=10', job: 'windows', during: 'pull-disk 4200 $job', code: 'target-gone', exitCode: 5 },
];

/**
 * Removable SCSI disks in a kernel of its own (User Mode Linux): the faults that
 * only a real disk driver shows. All of them in one machine, which takes longer to
 * start than to write a stick. Its root is not on a disk, so that the disk of the
 * running system cannot be named there: one more thing to agree to.
 */
removable('a stick that has large sectors, is write-protected, has bad sectors, lies about its size, is pulled out, also while it becomes a Windows stick', async () => {
  const { lab, image, bytes, expectNothingElseHarmed } = await faultBench(IMAGE_SIZE);
  const iso = await windowsIso();
  const { output } = await runInUml(lab, {
    script: STICKS.map((stick, index) => `
echo STICK ${index}
scsi-disk ${stick.disk}
${WERKBANK} ${stick.job === 'windows' ? `media windows ${iso}` : `write ${image}`} --to /dev/sda --yes --no-eject --confirm system-unknown ${stick.checked ? '' : '--no-checks'} --json > $SCRATCH/events 2> $SCRATCH/errors &
job=$!
${stick.during ?? ''}
wait $job; echo EXIT $?
tail -n 1 $SCRATCH/events; grep '"event":"report"' $SCRATCH/events
cat $SCRATCH/errors
${stick.after ?? ''}
`).join('\n'),
  });
  const parts = output.split(/^STICK \d+$/m).slice(1);
  expect(parts, output).toHaveLength(STICKS.length);
  const endOf = (part: string): unknown => JSON.parse(part.split('\n').find((line) => line.startsWith('{"event":"ended"')) ?? 'null');
  for (const [index, { name, code, exitCode }] of STICKS.entries()) {
    const part = parts[index] ?? '';
    expect.soft({ name, exit: /^EXIT (\d+)$/m.exec(part)?.[1], ended: endOf(part) }, part).toMatchObject({ exit: String(exitCode), ended: { ok: code === null, code, exitCode } });
  }
  const [large, locked, , , pulled] = parts;
  expect(large).toContain(sha256(bytes));
  // Of a disk's own page: there is no udev in there that lsblk could ask.
  expect(large).toContain('"serial":"2000"');
  expect(locked).toContain(sha256(Buffer.alloc(16 * MIB)));
  expect(pulled).toContain("cannot access '/dev/sda'");
  await expectNothingElseHarmed();
}, UML_TEST_MS);
