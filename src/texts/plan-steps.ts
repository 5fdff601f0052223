import type { DiskIdentity, JobEvent, Plan, PlanStep } from '../contract/index.ts';
import type { Texts } from './texts.ts';

const PRACTICE_PREFIX = 'file:';

/** What people call a disk: its model, else the file name of a practice disk, else its path. */
export function diskName(disk: { readonly model: string; readonly id: string }): string {
  if (disk.model) return disk.model;
  return disk.id.startsWith(PRACTICE_PREFIX) ? (disk.id.split(/[/\\]/).at(-1) ?? disk.id) : disk.id;
}

/** The disks of a plan in its order. */
export function disksOfPlan(plan: Plan): readonly DiskIdentity[] {
  switch (plan.kind) {
    case 'read':
    case 'capture':
      return [plan.disk];
    case 'write':
    case 'restore':
    case 'windows-stick':
    case 'winpe':
      return plan.disks.map((disk) => disk.identity);
    case 'format':
    case 'drivers':
      return [plan.disk.identity];
    case 'verify':
    case 'convert':
    case 'iso':
    case 'extract':
      return [];
  }
}

/** What happened around a job, in words. */
export const eventText = ({ code, params }: JobEvent, texts: Texts): string => texts(`jobs:event.${code}`, params);

/** The steps of a plan in words. What is done to every disk is said once. */
export function planSteps(plan: Plan, texts: Texts): string[] {
  const byCode = new Map<PlanStep['code'], PlanStep[]>();
  for (const step of plan.steps) byCode.set(step.code, [...(byCode.get(step.code) ?? []), step]);
  return [...byCode.values()].map((steps) => stepText(plan, steps, texts));
}

/** @param steps all steps of one code */
function stepText(plan: Plan, steps: readonly PlanStep[], texts: Texts): string {
  const disks = disksOfPlan(plan);
  const [first] = steps;
  if (!first) return '';
  const params: Record<string, string | number> = { ...first.params, disks: disks.length };
  if (typeof params['disk'] === 'string') {
    const names = steps.map((step) => nameIn(disks, String(step.params['disk'])));
    params['disk'] = steps.length > 1 && steps.length === disks.length ? texts('jobs:eachDisk') : names.join(', ');
  }
  if (typeof params['fileSystem'] === 'string') params['fileSystem'] = texts(`jobs:fileSystem.${params['fileSystem']}`);
  return texts(`jobs:step.${first.code}`, params);
}

/** A step names a disk without a model by its path. */
function nameIn(disks: readonly DiskIdentity[], name: string): string {
  const disk = disks.find((candidate) => candidate.model === '' && candidate.path === name);
  return disk ? diskName(disk) : name;
}
