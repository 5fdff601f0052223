import type { ChosenPartition, Selection } from '../facts.ts';
import { diskSubject, remedy, resultsOf, unknownResult, type Judge } from '../kit.ts';
import type { CheckResult } from '../types.ts';

const result = resultsOf('shrinking');

const MIB = 1024 * 1024;
/** What partitions start at multiples of. */
const ALIGNMENT = MIB;

/** What need not be taken, what that saves, and how small the disk may be that the rest goes onto. */
export const judgeShrinking: Judge<'shrinking'> = ({ selections }, _context, limits) =>
  selections.map((selection): CheckResult => {
    const subject = diskSubject(selection.disk);
    if (selection.table === 'unreadable') return unknownResult('shrinking', subject, { reason: 'no-rights', from: selection.disk.path, detail: '' });
    const chosen = selection.partitions.filter((each) => each.chosen);
    const leave = leavable(selection.partitions).filter((each) => each.chosen && (each.usedBytes ?? each.length) >= limits.leaveOutBytes);
    const rest = chosen.filter((each) => !leave.includes(each));
    const evidence = [
      ...leave.map((each) => ({ code: each.role === 'recovery' ? 'recovery-copy' : 'user-data', params: { number: each.number, name: each.name, bytes: each.usedBytes ?? each.length }, from: 'Werkbank' })),
      { code: 'smallest', params: { bytes: smallestTarget(selection, chosen) }, from: 'Werkbank' },
    ];
    if (leave.length === 0 || rest.length === 0) return result(subject, 'fine', 'nothing', { params: { bytes: smallestTarget(selection, chosen) }, evidence });
    const params = {
      numbers: leave.map(({ number }) => number).join(', '),
      saved: leave.reduce((sum, each) => sum + (each.usedBytes ?? each.length), 0),
      bytes: smallestTarget(selection, rest),
    };
    return result(subject, 'advice', 'could-leave-out', { params, evidence, remedies: [remedy('leave-out-partitions', { id: 'leave-out-partitions', numbers: leave.map(({ number }) => number) })] });
  });

/** Partitions that no system needs to start: data beside a system, and recovery partitions after the first. */
function leavable(partitions: readonly ChosenPartition[]): ChosenPartition[] {
  if (!partitions.some(({ os }) => os !== '')) return [];
  const copies = partitions.filter(({ role }) => role === 'recovery').slice(1);
  return partitions.filter((each) => (each.role === 'data' && each.os === '' && !each.active) || copies.includes(each));
}

/** Bytes: on GPT partitions may move together, on MBR they stay where they are; a disk without a table is taken as it is. Nothing is made smaller. */
function smallestTarget({ disk, table }: Selection, chosen: readonly ChosenPartition[]): number {
  const places = chosen.filter(({ role }) => role !== 'extended');
  if (places.length === 0) return disk.size;
  if (table === 'gpt') return places.reduce((sum, { length }) => sum + Math.ceil(length / ALIGNMENT) * ALIGNMENT, ALIGNMENT) + Math.ceil((33 * disk.sectorSize) / ALIGNMENT) * ALIGNMENT;
  return Math.max(...places.map(({ offset, length }) => offset + length));
}
