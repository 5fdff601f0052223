import type { TargetFacts } from '../facts.ts';
import { diskSubject, MACHINE, remedy, resultsOf, unknownResult, way, type Judge } from '../kit.ts';
import type { CheckResult, Evidence } from '../types.ts';
import { figuresOf, worstOf } from './smart.ts';

const result = resultsOf('target');

/** Whether each disk takes what is put onto it, is well, and is the one that is meant. */
export const judgeTarget: Judge<'target'> = ({ targets }, { wanted }, limits) => {
  if (targets.length === 0) return [result(MACHINE, 'unknown', 'not-chosen')];
  return targets.flatMap((target): CheckResult[] => {
    const { disk, readOnly, systemDisk, health, answers, twins } = target;
    const subject = diskSubject(disk);
    const evidence = evidenceOf(target);
    const params = { number: disk.number, model: disk.model, serial: disk.serial || '-', size: disk.size, needed: wanted?.end ?? 0, sector: disk.sectorSize, wantedSector: wanted?.sectorSize ?? 0, twins };
    const say = (verdict: CheckResult['verdict'], code: string, remedies: CheckResult['remedies'] = []): CheckResult => result(subject, verdict, code, { params, evidence, remedies });
    if (systemDisk) return [say('stop', 'system-disk')];
    // Who may not read it as yet is asked for rights when it is written.
    if (!answers.known && answers.reason !== 'no-rights') return [unknownResult('target', subject, answers)];
    if (readOnly) return [say('stop', 'read-only', [remedy('unlock', null, way('by-hand', 'lock-switch'))])];
    if (wanted && wanted.sectorSize !== null && wanted.sectorSize !== disk.sectorSize) return [say('stop', 'sector-size')];
    if (wanted && wanted.usedBytes > disk.size) return [say('stop', 'too-small')];

    const rule = health.known ? worstOf(health.value, limits) : null;
    const found = [
      // It may fit all the same once partitions are moved or left out: the plan says.
      ...(wanted && wanted.end > disk.size ? [say('warning', 'smaller')] : []),
      ...(rule ? [say(rule.verdict, `smart-${rule.code}`, [remedy('other-disk', null, way('by-hand', 'other-disk'))])] : []),
      ...(twins > 0 ? [say('advice', disk.serial === '' ? 'twins-no-serial' : 'twins')] : []),
    ];
    return found.length > 0 ? found : [say('fine', 'good')];
  });
};

function evidenceOf({ disk, health, partitions }: TargetFacts): Evidence[] {
  const from = disk.path;
  return [
    { code: 'identity', params: { number: disk.number, model: disk.model, serial: disk.serial || '-', size: disk.size }, from },
    { code: 'sector-size', params: { bytes: disk.sectorSize }, from },
    { code: 'partitions', params: { count: partitions }, from },
    ...(health.known ? figuresOf(health.value, health.from).map((each) => ({ ...each, code: `smart-${each.code}` })) : [{ code: `missing-${health.reason}`, params: { from: health.from, detail: health.detail }, from: health.from }]),
  ];
}
