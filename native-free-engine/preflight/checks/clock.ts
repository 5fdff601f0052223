import { MACHINE, remedy, resultsOf, shown, typed, way, type Judge } from '../kit.ts';

const result = resultsOf('clock');
const MINUTE = 60_000;
/** FAT knows no earlier date: what is written before it carries a wrong one. */
const YEAR_1980 = Date.UTC(1980, 0, 1);

/** ISO 8601: whoever shows it writes it as its reader does. */
const moment = (milliseconds: number): string => {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? '?' : date.toISOString();
};

/** The clock against the day this program was built: no network needed. */
export const judgeClock: Judge<'clock'> = ({ now, built, synchronised }, { system }, limits) => {
  const evidence = [
    { code: 'now', params: { now: moment(now), built: moment(built) }, from: 'Werkbank' },
    shown(synchronised, synchronised.known && synchronised.value ? 'synchronised' : 'not-synchronised', () => ({})),
  ];
  const params = { now: moment(now), built: moment(built) };
  const wrong = (code: string): ReturnType<typeof result>[] => [result(MACHINE, 'warning', code, { params, evidence, remedies: [SET[system]] })];
  if (!Number.isFinite(now) || now < YEAR_1980) return wrong('before-1980');
  if (now < built - limits.clockBehindBuild * MINUTE) return wrong('behind');
  if (now > built + limits.clockAheadOfBuild * MINUTE) return wrong('ahead');
  return [result(MACHINE, 'fine', 'plausible', { params, evidence })];
};

const SET = {
  linux: remedy('set-clock', null, way('terminal', typed('timedatectl set-ntp true'), 'clock-battery')),
  windows: remedy('set-clock', null, way('window', 'clock-settings', 'clock-battery'), way('command-prompt', 'prompt-as-administrator', typed('w32tm /resync'))),
  macos: remedy('set-clock', null, way('window', 'clock-settings')),
};
