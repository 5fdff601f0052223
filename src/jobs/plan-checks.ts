import { CHECKED_AS, type Plan, type PreflightRequest } from '../contract/index.ts';
import { disksOfPlan } from '../texts/index.ts';

/** What a plan does not say, and its checks want to know. */
export interface CheckSurroundings {
  /** The library: where names must be unique and parents are looked for. */
  readonly folders: readonly string[];
  readonly nameTemplate: string;
  readonly manyMachines: boolean;
}

/** What has to be checked before this plan runs; null for a plan that touches no disk. */
export function checksOfPlan(plan: Plan, { folders, nameTemplate, manyMachines }: CheckSurroundings): PreflightRequest | null {
  const job = CHECKED_AS[plan.kind];
  if (job === null) return null;
  const request: PreflightRequest = {
    job, sources: [], targets: disksOfPlan(plan).map(({ id }) => id), image: null, imagePartitions: null, destination: null, parent: null, folders: [...folders], nameTemplate,
    purpose: '', compression: 'balanced', partBytes: 0, manyMachines, checks: null, optional: [],
  };
  if (plan.kind === 'capture') {
    const { disk, chosen, destination, parent, purpose, compression, partBytes } = plan;
    return { ...request, sources: [{ disk: disk.id, partitions: chosen }], targets: [], destination, parent: parent?.path ?? null, purpose, compression, partBytes };
  }
  if (plan.kind === 'read') {
    return { ...request, sources: [{ disk: plan.disk.id, partitions: null }], targets: [], destination: plan.destination, compression: plan.format === 'raw' ? 'none' : 'balanced' };
  }
  if (plan.kind === 'restore') return { ...request, image: plan.image.location, imagePartitions: plan.chosen };
  if (plan.kind === 'winpe') return { ...request, destination: plan.iso?.path ?? null };
  return plan.kind === 'write' ? { ...request, image: plan.image.location } : request;
}
