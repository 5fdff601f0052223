import type { TFunction } from 'i18next';
import type { Plan } from '../../../contract/index.ts';
import { fileName } from '../../formatting/paths.ts';
import { diskName } from '../disk-texts.ts';

/** The identities a plan works on. */
export function identitiesOf(plan: Plan) {
  return plan.kind === 'write' ? plan.disks.map((disk) => disk.identity) : plan.kind === 'format' ? [plan.disk.identity] : [plan.disk];
}

/** One line for a job: `debian.iso to SanDisk Ultra, 31.9 GB …`. */
export function planTitle(t: TFunction, language: string, plan: Plan): string {
  const identities = identitiesOf(plan);
  const first = identities[0];
  const disk = identities.length === 1 && first ? diskName(t, language, first) : t('progress:disks', { count: identities.length });
  if (plan.kind === 'write') return t('progress:title.write', { image: plan.image.name, disk });
  if (plan.kind === 'format') return t('progress:title.format', { disk });
  return t('progress:title.read', { disk, file: fileName(plan.destination) });
}

/** The name of a disk of a plan by its id; the id itself for anything else. */
export function planDiskName(t: TFunction, language: string, plan: Plan, diskId: string): string {
  const identity = identitiesOf(plan).find((found) => found.id === diskId);
  return identity ? diskName(t, language, identity) : diskId;
}
