import { useTranslation } from 'react-i18next';
import type { Plan } from '../../contract/index.ts';

const STEPS = {
  capture: ['disk', 'partitions', 'destination', 'check', 'plan', 'progress', 'report'],
  restore: ['image', 'partitions', 'disks', 'check', 'plan', 'progress', 'report'],
  write: ['image', 'disks', 'check', 'plan', 'progress', 'report'],
  format: ['disk', 'format', 'check', 'plan', 'progress', 'report'],
  read: ['disk', 'destination', 'check', 'plan', 'progress', 'report'],
  'windows-stick': ['image', 'customise', 'disks', 'check', 'plan', 'progress', 'report'],
  iso: ['folder', 'boot', 'destination', 'plan', 'progress', 'report'],
  extract: ['image', 'files', 'destination', 'plan', 'progress', 'report'],
  drivers: ['disk', 'drivers', 'plan', 'progress', 'report'],
  winpe: ['image', 'drivers', 'destination', 'check', 'plan', 'progress', 'report'],
  verify: ['progress', 'report'],
  convert: ['progress', 'report'],
} as const satisfies Record<Plan['kind'], readonly string[]>;

/** Title and steps of a wizard, in the language of the screen. */
export function useWizardSteps(kind: Plan['kind']): { title: string; steps: { key: string; label: string }[] } {
  const { t } = useTranslation();
  return { title: t(`jobs:kind.${kind}`), steps: STEPS[kind].map((key) => ({ key, label: t(`wizard:step.${key}`) })) };
}
