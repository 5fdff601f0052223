import type { TFunction } from 'i18next';
import type { DiskIdentity, Plan } from '../../../contract/index.ts';
import { fileName } from '../../formatting/paths.ts';
import { diskName } from '../disk-texts.ts';

/** The identities a plan works on; none where only images are touched. */
export function identitiesOf(plan: Plan): DiskIdentity[] {
  switch (plan.kind) {
    case 'write':
    case 'windows-stick':
    case 'winpe':
    case 'restore': return plan.disks.map((disk) => disk.identity);
    case 'drivers':
    case 'format': return [plan.disk.identity];
    case 'read':
    case 'capture': return [plan.disk];
    case 'verify':
    case 'iso':
    case 'extract':
    case 'convert': return [];
  }
}

/** Whether the disks of a plan are written, each with a state of its own. */
export const writesDisks = (plan: Plan): boolean => plan.kind === 'write' || plan.kind === 'format' || plan.kind === 'drivers' || plan.kind === 'restore' || plan.kind === 'windows-stick' || (plan.kind === 'winpe' && plan.disks.length > 0);

/** One line for a job: `debian.iso to SanDisk Ultra, 31.9 GB …`. */
export function planTitle(t: TFunction, language: string, plan: Plan): string {
  const identities = identitiesOf(plan);
  const first = identities[0];
  const disk = identities.length === 1 && first ? diskName(t, language, first) : t('progress:disks', { count: identities.length });
  switch (plan.kind) {
    case 'write': return t('progress:title.write', { image: plan.image.name, disk });
    case 'windows-stick': return t('progress:title.windows-stick', { image: plan.image.name, disk });
    case 'winpe': return t('progress:title.winpe', { image: plan.image.name, target: plan.iso ? fileName(plan.iso.path) : disk });
    case 'restore': return t('progress:title.restore', { image: plan.image.name, disk });
    case 'format': return t('progress:title.format', { disk });
    case 'drivers': return t('progress:title.drivers', { disk });
    case 'read': return t('progress:title.read', { disk, file: fileName(plan.destination) });
    case 'capture': return t('progress:title.capture', { disk, file: fileName(plan.destination) });
    case 'verify': return t('progress:title.verify', { image: plan.image.name });
    case 'iso': return t('progress:title.iso', { file: fileName(plan.destination) });
    case 'extract': return t('progress:title.extract', { image: plan.image.name });
    case 'convert': return t('progress:title.convert', { image: plan.image.name, file: fileName(plan.destination) });
  }
}

/** The name of a disk of a plan by its id; the id itself for anything else. */
export function planDiskName(t: TFunction, language: string, plan: Plan, diskId: string): string {
  const identity = identitiesOf(plan).find((found) => found.id === diskId);
  return identity ? diskName(t, language, identity) : diskId;
}
