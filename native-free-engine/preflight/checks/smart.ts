import type { SmartHealth } from '../facts.ts';
import { diskSubject, gathered, remedy, resultsOf, typed, unknownResult, way, type Judge } from '../kit.ts';
import type { Thresholds } from '../thresholds.ts';
import type { CheckVerdict, Evidence, Remedy } from '../types.ts';

const result = resultsOf('smart');

interface Rule {
  readonly code: string;
  readonly verdict: CheckVerdict;
  when(health: SmartHealth, limits: Thresholds): boolean;
}

const atLeast = (value: number | null, limit: number): boolean => value !== null && value >= limit;

/** The worst first; the first that applies is the verdict. */
const RULES: readonly Rule[] = [
  { code: 'failing', verdict: 'warning', when: ({ passed }) => passed === false },
  { code: 'unreadable-sectors', verdict: 'warning', when: (h, l) => atLeast(h.pending, l.smartPending) || atLeast(h.offlineUncorrectable, l.smartPending) },
  { code: 'critical', verdict: 'warning', when: ({ criticalWarning }) => (criticalWarning ?? 0) !== 0 },
  { code: 'media-errors', verdict: 'warning', when: (h, l) => atLeast(h.reportedUncorrectable, l.smartUncorrectable) || atLeast(h.mediaErrors, l.smartUncorrectable) },
  { code: 'reallocated-many', verdict: 'warning', when: (h, l) => atLeast(h.reallocated, l.smartReallocatedWarning) },
  { code: 'spare-low', verdict: 'warning', when: (h) => h.availableSpare !== null && h.spareThreshold !== null && h.availableSpare < h.spareThreshold },
  { code: 'worn-out', verdict: 'warning', when: (h, l) => atLeast(h.percentageUsed, l.ssdWornWarning) },
  { code: 'reallocated', verdict: 'advice', when: (h, l) => atLeast(h.reallocated, l.smartReallocatedAdvice) },
  { code: 'worn', verdict: 'advice', when: (h, l) => atLeast(h.percentageUsed, l.ssdWornAdvice) },
  { code: 'timeouts', verdict: 'advice', when: (h, l) => atLeast(h.commandTimeouts, l.smartTimeouts) },
  { code: 'hot', verdict: 'advice', when: (h, l) => atLeast(h.temperature, l.diskHot) },
];

const FIGURES = [
  'reallocated', 'pending', 'offlineUncorrectable', 'reportedUncorrectable', 'commandTimeouts', 'criticalWarning', 'percentageUsed', 'mediaErrors', 'availableSpare',
  'temperature', 'powerOnHours',
] as const satisfies readonly (keyof SmartHealth)[];

/** The rule that a disk's own figures meet; null when they foretell nothing. Also for disks that are written to. */
export const worstOf = (health: SmartHealth, limits: Thresholds): Rule | null => RULES.find((rule) => rule.when(health, limits)) ?? null;

/** Every figure that the disk gives. */
export function figuresOf(health: SmartHealth, from: string): Evidence[] {
  const own: Evidence[] = health.passed === null ? [] : [{ code: health.passed ? 'passed' : 'not-passed', params: {}, from }];
  const figures = FIGURES.flatMap((name): Evidence[] => {
    const value = health[name];
    return value === null ? [] : [{ code: name, params: { value }, from }];
  });
  return [...own, ...figures];
}

/** What the disks say about themselves, as far as it foretells that they fail. */
export const judgeSmart: Judge<'smart'> = ({ disks }, { system }, limits) =>
  gathered('smart', disks.map(({ disk, health }) => {
    const subject = diskSubject(disk);
    if (!health.known) return unknownResult('smart', subject, health);
    const evidence = figuresOf(health.value, health.from);
    if (evidence.length === 0) return result(subject, 'unknown', 'says-nothing', { params: { from: health.from } });
    const rule = worstOf(health.value, limits);
    if (!rule) return result(subject, 'fine', 'healthy', { evidence });
    const remedies = rule.code === 'hot' ? [COOL] : rule.code === 'timeouts' ? [CABLE] : [SCAN, REPLACE[system === 'windows' ? 'windows' : 'linux']];
    return result(subject, rule.verdict, rule.code, { evidence, remedies });
  }), 'all-healthy');

const SCAN: Remedy = remedy('scan-surface', { id: 'scan', check: 'surface' });
const COOL: Remedy = remedy('cool', null, way('by-hand', 'cool'));
const CABLE: Remedy = remedy('cable', null, way('by-hand', 'cable'));
const REPLACE = {
  linux: remedy('replace-disk', null, way('by-hand', 'image-first', 'replace-disk'), way('terminal', typed('smartctl -t short DEVICE'), typed('smartctl -a DEVICE'))),
  windows: remedy('replace-disk', null, way('by-hand', 'image-first', 'replace-disk'), way('powershell', typed('Get-PhysicalDisk | Get-StorageReliabilityCounter | Format-List'))),
};
