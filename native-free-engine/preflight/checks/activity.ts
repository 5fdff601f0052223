import { diskSubject, gathered, remedy, resultsOf, shown, unknownResult, way, type Judge } from '../kit.ts';
import type { Remedy } from '../types.ts';

const result = resultsOf('activity');

/** How busy the disks of the job are with something else. */
export const judgeActivity: Judge<'activity'> = ({ disks }, _context, limits) =>
  gathered('activity', disks.map(({ disk, activity }) => {
    const subject = diskSubject(disk);
    if (!activity.known) return unknownResult('activity', subject, activity);
    const { busy, bytesPerSecond, seconds } = activity.value;
    const params = { busy: busy ?? '?', rate: Math.round(bytesPerSecond), seconds };
    const evidence = [shown(activity, busy === null ? 'rate' : 'busy', () => params)];
    const level = busy === null ? (bytesPerSecond >= limits.diskBusyBytes ? limits.diskBusyAdvice : 0) : busy;
    if (level >= limits.diskBusyWarning) return result(subject, 'warning', 'busy', { params, evidence, remedies: [WAIT] });
    if (level >= limits.diskBusyAdvice) return result(subject, 'advice', 'some', { params, evidence, remedies: [WAIT] });
    return result(subject, 'fine', 'quiet', { params, evidence });
  }), 'all-quiet');

const WAIT: Remedy = remedy('wait-until-quiet', { id: 'wait-until-quiet' }, way('by-hand', 'close-programs'));
