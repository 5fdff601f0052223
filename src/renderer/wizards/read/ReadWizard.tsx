import { Trans, useTranslation } from 'react-i18next';
import { diskName } from '../../components/disk-texts.ts';
import { WizardShell } from '../../components/WizardShell.tsx';
import { useDisks } from '../../stores/disks.ts';
import { readChecks, useRead } from '../../stores/read.ts';
import { ReadDestinationStep, ReadDiskStep, ReadPlanStep } from './steps.tsx';

/** Disk, destination, checks, plan: the questions before a stick is read into an image. */
export function ReadWizard() {
  const { t, i18n } = useTranslation();
  const state = useRead();
  const disk = useDisks((found) => found.disks?.find(({ id, size }) => id === state.disk && size > 0));
  return (
    <WizardShell
      kind="read"
      state={state}
      disks={disk && [disk]}
      ready={{ disk: disk !== undefined, destination: state.destination.trim() !== '' }}
      preflight={{ request: readChecks(state) }}
      consequence={state.plan && <Trans t={t} i18nKey="wizard:read.consequence" values={{ disk: diskName(t, i18n.language, state.plan.disk) }} components={{ disk: <strong /> }} />}
      act={{ label: t('wizard:read.act'), icon: 'read', erases: false }}
    >
      {state.step === 'disk' && <ReadDiskStep />}
      {state.step === 'destination' && <ReadDestinationStep />}
      {state.step === 'plan' && <ReadPlanStep />}
    </WizardShell>
  );
}
