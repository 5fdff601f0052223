import type { CheckId, CheckResult, CheckState, CheckVerdict, HistoryEntry, HistoryList, Plan, PreflightRequest, Remedy, RemedyAction } from '../../../src/contract/index.ts';

/** What checks say on a bench: all in order, or a machine with something of everything. */

type VolumeRef = Extract<RemedyAction, { readonly volume: unknown }>['volume'];
type Params = Record<string, string | number>;
const said = (code: string, params: Params = {}) => ({ code, params });
const MACHINE: CheckResult['subject'] = { kind: 'machine', id: '', name: '' };
const KINGSTON: CheckResult['subject'] = { kind: 'disk', id: '/dev/sdb', name: 'Kingston DataTraveler Max' };

const result = (check: CheckId, verdict: CheckVerdict, code: string, more: Partial<CheckResult> & { params?: Params } = {}): CheckResult => {
  const { params = {}, ...rest } = more;
  return { check, verdict, subject: MACHINE, finding: said(code, params), evidence: [], remedies: [], overridable: verdict !== 'stop', ...rest };
};
const remedy = (code: string, more: Partial<Remedy> = {}): Remedy => ({ code, params: {}, action: null, commands: [], ways: [], ...more });

const WINDOWS: VolumeRef = { diskId: '/dev/sdb', number: 3, device: '/dev/sdb3', kind: 'ntfs', label: 'Windows', role: 'os', mountPoints: [], size: 48_000_000_000 };
const ON_WINDOWS: CheckResult['subject'] = { kind: 'partition', id: '/dev/sdb#3', name: '/dev/sdb3 Windows' };
const MEMORY = result('memory', 'fine', 'level-high', {
  params: { available: 11_400_000_000 }, evidence: [{ ...said('free', { total: 16_700_000_000, available: 11_400_000_000 }), from: '/proc/meminfo' }],
  remedies: [remedy('memory-high', { action: { id: 'memory-level', level: 'high' } })],
});
const SURFACE_OFFER = remedy('scan-surface', { action: { id: 'scan', check: 'surface' } });

export const FINE: readonly CheckResult[] = [
  result('power', 'fine', 'mains', { evidence: [{ ...said('mains-on', { name: 'AC' }), from: '/sys/class/power_supply/AC' }, { ...said('battery-full', { name: 'BAT0', charge: 100 }), from: '/sys/class/power_supply/BAT0' }] }),
  result('clock', 'fine', 'plausible', { params: { now: '2026-11-21T09:12:00.000Z' } }), result('firmware', 'fine', 'uefi-secure'), MEMORY,
  result('external-devices', 'fine', 'none'), result('hidden-disks', 'fine', 'present', { params: { count: 1 } }),
  result('smart', 'fine', 'healthy', { subject: KINGSTON, evidence: [{ ...said('passed'), from: 'smartctl -j -a /dev/sdb' }, { ...said('temperature', { value: 34 }), from: 'smartctl -j -a /dev/sdb' }] }),
  result('activity', 'fine', 'quiet', { subject: KINGSTON, params: { busy: 1, rate: 0, seconds: 2 } }),
];

/** The three ways of the e-book to turn BitLocker off. */
const DECRYPT = remedy('decrypt', {
  ways: [
    { code: 'window', steps: [said('bitlocker-settings', { drive: 'C:' }), said('bitlocker-turn-off', { drive: 'C:' }), said('bitlocker-wait', { drive: 'C:' })] },
    { code: 'command-prompt', steps: [said('prompt-as-administrator'), said('run', { command: 'manage-bde -off C:' }), said('run', { command: 'manage-bde -status C:' }), said('bitlocker-wait', { drive: 'C:' })] },
    { code: 'powershell', steps: [said('powershell-as-administrator'), said('run', { command: 'Disable-BitLocker -MountPoint "C:"' }), said('bitlocker-wait', { drive: 'C:' })] },
  ],
});

export const TROUBLE: readonly CheckResult[] = [
  result('power', 'stop', 'battery-low', {
    params: { charge: 11, minutes: 19 }, evidence: [{ ...said('battery-discharging', { name: 'BAT0', charge: 11 }), from: '/sys/class/power_supply/BAT0' }],
    remedies: [remedy('plug-in', { ways: [{ code: 'by-hand', steps: [said('plug-in')] }] })],
  }),
  result('clock', 'fine', 'plausible', { params: { now: '2026-11-21T09:12:00.000Z' } }), result('firmware', 'fine', 'uefi-secure'), MEMORY,
  result('smart', 'warning', 'unreadable-sectors', {
    subject: KINGSTON, remedies: [SURFACE_OFFER, remedy('replace-disk', { ways: [{ code: 'by-hand', steps: [said('image-first'), said('replace-disk')] }] })],
    evidence: [{ ...said('passed'), from: 'smartctl -j -a /dev/sdb' }, { ...said('pending', { value: 8 }), from: 'smartctl -j -a /dev/sdb' }, { ...said('powerOnHours', { value: 31_204 }), from: 'smartctl -j -a /dev/sdb' }],
  }),
  result('encryption', 'warning', 'bitlocker-locked', {
    subject: ON_WINDOWS, params: { number: 3, percent: 100, bytes: 48_000_000_000 }, evidence: [{ ...said('bitlocker-encrypted', { number: 3, percent: 100, bytes: 48_000_000_000 }), from: '/dev/sdb3' }], remedies: [DECRYPT],
  }),
  result('file-system', 'warning', 'dirty', {
    subject: ON_WINDOWS, params: { number: 3, kind: 'ntfs' }, evidence: [{ ...said('dirty', { number: 3, kind: 'ntfs' }), from: '/dev/sdb3' }],
    remedies: [remedy('repair-file-system', { action: { id: 'repair-file-system', volume: WINDOWS }, commands: [{ program: 'ntfsfix', args: ['--clear-dirty', '/dev/sdb3'] }] })],
  }),
  result('activity', 'advice', 'some', {
    subject: KINGSTON, params: { busy: 22, rate: 9_100_000, seconds: 2 }, evidence: [{ ...said('busy', { busy: 22, rate: 9_100_000, seconds: 2 }), from: '/proc/diskstats' }],
    remedies: [remedy('wait-until-quiet', { action: { id: 'wait-until-quiet' }, ways: [{ code: 'by-hand', steps: [said('close-programs')] }] })],
  }),
  result('updates', 'unknown', 'missing-no-rights', { params: { from: 'dpkg --audit', detail: '' }, evidence: [] }),
];

const MAP = Array.from({ length: 512 }, (_, index): NonNullable<CheckState['map']>[number] => (index > 400 ? 'unread' : index === 211 || index === 212 ? 'bad' : index % 97 === 13 ? 'slow' : 'good'));

/** What the checks of a request say, in the order in which they end. */
export function statesOf(request: PreflightRequest, kind: 'fine' | 'trouble', solved: ReadonlySet<string>): CheckState[] {
  const all = (kind === 'fine' ? FINE : TROUBLE).map((found) => (solved.has(found.check) ? { ...result(found.check, 'fine', 'solved'), subject: found.subject } : found));
  const wanted = (found: CheckResult) => request.checks === null || request.checks.includes(found.check);
  const named: CheckResult[] = request.job === 'capture' ? nameResults(request) : [];
  const results = [...all, ...named].filter(wanted);
  const ids = [...new Set(results.map(({ check }) => check))];
  const states = ids.map((check): CheckState => ({ check, done: true, share: null, map: null, results: results.filter((found) => found.check === check) }));
  const scan = request.checks?.includes('surface') ? [{ check: 'surface' as const, done: true, share: null, map: MAP, results: [result('surface', 'warning', 'bad', { subject: KINGSTON, params: { bytes: 12_288, count: 2, slow: 4 } })] }] : [];
  return [...states, ...scan];
}

export const SCANNING: CheckState = { check: 'surface', done: false, share: 0.78, map: MAP, results: [] };

/** A name with a slash cannot be; `image` says nothing; the one that is there already is taken. */
function nameResults({ destination }: PreflightRequest): CheckResult[] {
  const name = destination?.split('/').at(-1)?.replace('.qcow2', '') ?? '';
  const subject: CheckResult['subject'] = { kind: 'destination', id: name, name };
  const remedies = [remedy('rename', { action: { id: 'rename', name: 'BALIE-02-Windows-2026-11-21' } })];
  if (/[<>:"|?*]/.test(name)) return [result('image-name', 'stop', 'invalid', { subject, params: { name, suggested: '', reason: 'forbidden-character :' }, remedies })];
  if (/^image/.test(name)) return [result('image-name', 'advice', 'meaningless', { subject, params: { name, suggested: '' }, remedies })];
  return [result('image-name', 'fine', 'good', { subject, params: { name } })];
}

const day = (number: number, time: string) => `2026-11-${String(number).padStart(2, '0')}T${time}:00.000Z`;
const entry = (id: string, kind: Plan['kind'], outcome: HistoryEntry['outcome'], startedAt: string, image: string, disks: HistoryEntry['disks'], more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  id, kind, outcome, startedAt, elapsedSeconds: 754, computer: 'WERKBANK-3', disks, image, location: `/srv/images/${image}`, code: outcome === 'failed' ? 'target-gone' : null,
  words: [kind, outcome, image, startedAt, ...disks.flatMap(({ model, serial }) => [model, serial])].join('\n'), ...more,
});
const SANDISK = { number: 1, model: 'SanDisk Ultra USB 3.0', serial: '4C530001230419115432', size: 31_914_983_424 };
const BIG = { number: 4, model: 'WDC WD10EZEX-08WN4A0', serial: 'WD-WCC6Y3ZK7RHP', size: 1_000_204_886_016 };
const STICK = { number: 2, model: 'Kingston DataTraveler Max', serial: 'E0D55EA574F2173038A50B2C', size: 62_109_253_632 };

export const HISTORY: HistoryList = {
  folder: '/home/anna/.local/share/werkbank/history',
  entries: [
    entry('job-past', 'capture', 'partly', day(21, '09:12'), 'BALIE-02-Windows-2026-11-21.qcow2', [STICK]),
    entry('h2', 'restore', 'done', day(20, '15:40'), 'BALIE-02-Windows-11-2026-11-02-before-repair.qcow2', [BIG, SANDISK], { elapsedSeconds: 3921 }),
    entry('h3', 'write', 'failed', day(20, '11:02'), 'debian-13.2.0-amd64-netinst.img.xz', [SANDISK], { elapsedSeconds: 48 }),
    entry('h4', 'verify', 'done', day(19, '17:25'), 'KASSA-1-2026-11-19.qcow2', []),
    entry('h5', 'format', 'cancelled', day(18, '10:00'), '', [SANDISK], { elapsedSeconds: 3 }),
  ],
  faulty: [{ path: '/home/anna/.local/share/werkbank/history/2026-11-02T10-00-00Z-write-cut.json', error: { code: 'history-corrupt', params: { path: '/home/anna/.local/share/werkbank/history/2026-11-02T10-00-00Z-write-cut.json', reason: 'not-json' }, retryable: false, place: null, detail: '' } }],
};
