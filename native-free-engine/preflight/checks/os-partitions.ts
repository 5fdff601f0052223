import type { ChosenPartition, ImagedSelection, Selection } from '../facts.ts';
import { diskSubject, MACHINE, remedy, resultsOf, unknownResult, way, type Judge } from '../kit.ts';
import type { CheckResult, Evidence } from '../types.ts';

const result = resultsOf('os-partitions');

const FROM = 'Werkbank';

interface Need {
  readonly code: string;
  readonly verdict: 'advice' | 'warning';
  readonly is: (partition: ChosenPartition) => boolean;
}

/** What an installation on each kind of table needs besides itself, the worst to miss first. */
const NEEDS: Readonly<Record<'gpt' | 'mbr', readonly Need[]>> = {
  gpt: [
    { code: 'efi-left-out', verdict: 'warning', is: ({ role }) => role === 'efi-system' },
    { code: 'bios-boot-left-out', verdict: 'warning', is: ({ role }) => role === 'bios-boot' },
    { code: 'msr-left-out', verdict: 'advice', is: ({ role }) => role === 'microsoft-reserved' },
    { code: 'recovery-left-out', verdict: 'advice', is: ({ role }) => role === 'recovery' },
  ],
  mbr: [
    { code: 'active-left-out', verdict: 'warning', is: ({ active, role }) => active && role !== 'extended' },
    { code: 'system-reserved-left-out', verdict: 'warning', is: ({ role, active }) => role === 'system-reserved' && !active },
    { code: 'recovery-left-out', verdict: 'advice', is: ({ role }) => role === 'recovery' },
  ],
};

/** Which partitions a system needs to start, and which of them are chosen. */
export const judgeOsPartitions: Judge<'os-partitions'> = ({ selections, imaged }) => {
  if (imaged) return imaged.known ? judgeOne(imaged.value) : [unknownResult('os-partitions', MACHINE, imaged)];
  return selections.length === 0 ? [result(MACHINE, 'unknown', 'not-chosen')] : selections.flatMap(judgeOne);
};

function judgeOne({ disk, table, partitions }: Selection | ImagedSelection): CheckResult[] {
  const subject = disk ? diskSubject(disk) : MACHINE;
  if (table === 'unreadable') return [unknownResult('os-partitions', subject, { reason: 'no-rights', from: disk?.path ?? '', detail: '' })];
  const evidence: Evidence[] = partitions.filter(({ role }) => role !== 'extended').map(({ number, role, name, chosen }) => ({ code: chosen ? `taken-${role}` : `left-${role}`, params: { number, name }, from: FROM }));
  if (table === 'none' || table === 'corrupt') return [result(subject, 'fine', 'no-table', { evidence })];

  const systems = partitions.filter(({ os }) => os !== '');
  const chosen = systems.filter((each) => each.chosen);
  if (systems.length === 0) return [result(subject, 'fine', 'no-system', { evidence })];
  if (chosen.length === 0) {
    return [result(subject, 'advice', 'system-left-out', { evidence, params: numbersOf(systems), remedies: [take(systems)] })];
  }
  const missing = NEEDS[table].flatMap(({ code, verdict, is }) => {
    const left = partitions.filter((each) => is(each) && !each.chosen);
    // One of several is chosen: which of them the firmware starts from is not written on the disk.
    if (code === 'efi-left-out' && left.length > 0 && partitions.some((each) => is(each) && each.chosen)) {
      return [result(subject, 'advice', 'efi-one-left-out', { evidence, params: numbersOf(left), remedies: [take(left)] })];
    }
    return left.length === 0 ? [] : [result(subject, verdict, code, { evidence, params: numbersOf(left), remedies: [take(left)] })];
  });
  const nowhere = table === 'mbr' && !partitions.some(({ active }) => active) && chosen.some(({ os }) => os === 'windows')
    ? [result(subject, 'advice', 'no-active', { evidence })]
    : [];
  const active = partitions.filter((each) => each.active && each.chosen);
  const several = table === 'mbr' && active.length > 1 ? [result(subject, 'warning', 'several-active', { evidence, params: numbersOf(active), remedies: [ONE_ACTIVE] })] : [];
  const noEfi = table === 'gpt' && !partitions.some(({ role }) => role === 'efi-system' || role === 'bios-boot') ? [result(subject, 'warning', 'no-efi', { evidence })] : [];
  const found = [...missing, ...nowhere, ...several, ...noEfi];
  return found.length > 0 ? found : [result(subject, 'fine', 'complete', { evidence, params: numbersOf(chosen) })];
}

const numbersOf = (partitions: readonly ChosenPartition[]): { numbers: string } => ({ numbers: partitions.map(({ number }) => number).join(', ') });
const take = (partitions: readonly ChosenPartition[]): CheckResult['remedies'][number] => remedy('take-partitions', { id: 'take-partitions', numbers: partitions.map(({ number }) => number) });
const ONE_ACTIVE = remedy('one-active', null, way('by-hand', 'one-active'));
