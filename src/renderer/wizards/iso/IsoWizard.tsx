import { Trans, useTranslation } from 'react-i18next';
import { WizardShell } from '../../components/WizardShell.tsx';
import { bootAnswered, namesAnswered, useIso, type IsoStep } from '../../stores/iso.ts';
import { IsoBootStep } from './IsoBootStep.tsx';
import { IsoDestinationStep } from './IsoDestinationStep.tsx';
import { IsoFolderStep } from './IsoFolderStep.tsx';
import { IsoPlanStep } from './IsoPlanStep.tsx';

/** Folder, what it starts, where to, plan: the questions before an ISO is made. */
export function IsoWizard() {
  const { t } = useTranslation();
  const state = useIso();
  const beforeNext = (step: IsoStep) => {
    if (step !== 'folder' || state.found) return true;
    void state.inspect(state.location);
    return false;
  };
  return (
    <WizardShell
      kind="iso"
      state={state}
      ready={{ folder: namesAnswered(state), boot: bootAnswered(state), destination: state.destination.trim() !== '' }}
      beforeNext={beforeNext}
      consequence={state.plan && <Trans t={t} i18nKey={state.plan.overwrite ? 'iso:plan.consequence-over' : 'iso:plan.consequence'} values={{ path: state.plan.destination }} components={{ file: <strong /> }} />}
      act={{ label: t('iso:plan.act'), icon: 'disc', erases: false }}
    >
      {state.step === 'folder' && <IsoFolderStep />}
      {state.step === 'boot' && <IsoBootStep />}
      {state.step === 'destination' && <IsoDestinationStep />}
      {state.step === 'plan' && <IsoPlanStep />}
    </WizardShell>
  );
}
