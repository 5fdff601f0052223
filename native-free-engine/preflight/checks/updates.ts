import { MACHINE, remedy, resultsOf, typed, unknownResult, volumeSubject, way, type Judge } from '../kit.ts';
import type { CheckSubject, Remedy } from '../types.ts';

const result = resultsOf('updates');

/** Work that waits for a restart, in the running system and in every Windows that is to be imaged. */
export const judgeUpdates: Judge<'updates'> = ({ systems }, { system }) => {
  if (systems.length === 0) return [result(MACHINE, 'fine', 'no-system')];
  return systems.flatMap(({ volume, probes }) => {
    const subject: CheckSubject = volume ? volumeSubject(volume) : MACHINE;
    const known = probes.flatMap(({ probe, found }) => (found.known ? [{ probe, what: found.value, from: found.from }] : []));
    const pending = known.filter(({ what }) => what.length > 0).map(({ probe, what, from }) =>
      result(subject, 'warning', probe, {
        params: { count: what.length, what: what.slice(0, 3).join(', ') },
        evidence: what.slice(0, 20).map((line) => ({ code: 'found', params: { what: line }, from })),
        remedies: [volume ? START_AND_RESTART : system === 'windows' ? RESTART_WINDOWS : RESTART_LINUX],
      }));
    const unasked = probes.filter(({ found }) => !found.known);
    const first = unasked[0]?.found;
    const unknown = first && !first.known ? [unknownResult('updates', subject, { ...first, from: [...new Set(unasked.map(({ found }) => found.from))].join(', ') })] : [];
    if (pending.length > 0 || unknown.length > 0) return [...pending, ...unknown];
    return [result(subject, 'fine', 'nothing', { evidence: known.map(({ from }) => ({ code: 'clear', params: {}, from })) })];
  });
};

const START_AND_RESTART: Remedy = remedy('finish-updates', null, way('window', 'start-that-windows', 'windows-update', 'restart-until-done'));
const RESTART_WINDOWS: Remedy = remedy('finish-updates', null, way('window', 'windows-update', 'restart-until-done'), way('command-prompt', 'prompt-as-administrator', typed('shutdown /g /t 0')));
const RESTART_LINUX: Remedy = remedy('finish-updates', null, way('terminal', 'wait-for-packages', typed('systemctl reboot')));
