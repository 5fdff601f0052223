import { Trans, useTranslation } from 'react-i18next';
import { DisksConsequence } from '../../components/DisksConsequence.tsx';
import { WizardShell } from '../../components/WizardShell.tsx';
import { useChosenDisks } from '../../stores/disks.ts';
import { driversReady, useDriverChoice } from '../../stores/driver-choice.ts';
import { useWinpe, winpeChecks, type WinpeStep } from '../../stores/winpe.ts';
import { WinpeDestinationStep } from './WinpeDestinationStep.tsx';
import { WinpeDriversStep } from './WinpeDriversStep.tsx';
import { WinpePlanStep } from './WinpePlanStep.tsx';
import { WinpeSourceStep } from './WinpeSourceStep.tsx';

/** Source, drivers, sticks or an ISO, plan: the questions before a WinPE medium is made. */
export function WinpeWizard() {
  const { t } = useTranslation();
  const state = useWinpe();
  const drivers = useDriverChoice();
  const { plan, output } = state;
  const chosen = useChosenDisks(state.disks);
  const beforeNext = (step: WinpeStep) => {
    if (step === 'drivers') drivers.remember();
    if (step === 'destination') state.choose(chosen.map(({ id }) => id));
    if (step !== 'image' || state.image) return true;
    void state.inspect(state.location);
    return false;
  };
  const toSticks = output === 'sticks';
  return (
    <WizardShell
      kind="winpe"
      state={state}
      disks={toSticks ? chosen : []}
      ready={{ image: state.image !== null, drivers: driversReady(drivers), destination: toSticks ? chosen.length > 0 : state.isoPath.trim() !== '' }}
      preflight={{ request: winpeChecks(state) }}
      beforeNext={beforeNext}
      status={state.step === 'destination' && toSticks && t('wizard:disks.chosen', { count: chosen.length })}
      consequence={plan && (plan.iso ? <Trans t={t} i18nKey={plan.request.iso?.overwrite ? 'iso:plan.consequence-over' : 'winpe:plan.consequence'} values={{ path: plan.iso.path }} components={{ file: <strong /> }} /> : <DisksConsequence disks={plan.disks} />)}
      act={{ label: toSticks ? t('windows:plan.act', { count: plan?.disks.length ?? chosen.length }) : t('winpe:plan.act-iso'), icon: toSticks ? 'danger' : 'save', erases: toSticks }}
    >
      {state.step === 'image' && <WinpeSourceStep />}
      {state.step === 'drivers' && <WinpeDriversStep />}
      {state.step === 'destination' && <WinpeDestinationStep />}
      {state.step === 'plan' && <WinpePlanStep />}
    </WizardShell>
  );
}
