import { Trans, useTranslation } from 'react-i18next';
import { copiedDrivers } from '../../../contract/index.ts';
import { diskName } from '../../components/disk-texts.ts';
import { WizardShell } from '../../components/WizardShell.tsx';
import { useDisks } from '../../stores/disks.ts';
import { driversReady, useDriverChoice } from '../../stores/driver-choice.ts';
import { useDrivers, type DriversStep } from '../../stores/drivers.ts';
import { DriversDiskStep, mediumProblem } from './DriversDiskStep.tsx';
import { DriversFoldersStep } from './DriversFoldersStep.tsx';
import { DriversPlanStep } from './DriversPlanStep.tsx';

/** Stick, drivers, what changes: the questions before the drivers of a stick are brought up to date. */
export function DriversWizard() {
  const { t, i18n } = useTranslation();
  const state = useDrivers();
  const drivers = useDriverChoice();
  const disk = useDisks((found) => found.disks?.find(({ id, verdict }) => id === state.disk && verdict.kind !== 'hidden'));
  const { plan } = state;
  const copied = plan ? copiedDrivers(plan).length : 0;
  const beforeNext = (step: DriversStep) => {
    if (step === 'drivers') drivers.remember();
    return true;
  };
  return (
    <WizardShell
      kind="drivers"
      state={state}
      disks={disk && [disk]}
      ready={{ disk: disk !== undefined && !mediumProblem(disk), drivers: (drivers.choice?.chosen.length ?? 0) > 0 && driversReady(drivers) }}
      beforeNext={beforeNext}
      consequence={plan && copied > 0 && <Trans t={t} i18nKey="drivers:plan.consequence" values={{ disk: diskName(t, i18n.language, plan.disk.identity) }} components={{ disk: <strong /> }} />}
      act={{ label: t('drivers:plan.act', { count: copied }), icon: 'chip', erases: false }}
    >
      {state.step === 'disk' && <DriversDiskStep />}
      {state.step === 'drivers' && <DriversFoldersStep />}
      {state.step === 'plan' && <DriversPlanStep />}
    </WizardShell>
  );
}
