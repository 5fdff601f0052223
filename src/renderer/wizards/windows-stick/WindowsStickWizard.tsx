import { useTranslation } from 'react-i18next';
import { DisksConsequence } from '../../components/DisksConsequence.tsx';
import { WizardShell } from '../../components/WizardShell.tsx';
import { useCustomising } from '../../stores/customising.ts';
import { useWindowsStick, windowsStickChecks, type WindowsStickStep } from '../../stores/windows-stick.ts';
import { CustomiseStep } from './CustomiseStep.tsx';
import { IsoStep } from './IsoStep.tsx';
import { StickDisksStep } from './StickDisksStep.tsx';
import { StickPlanStep } from './StickPlanStep.tsx';

/** ISO, how Windows is set up, disks, plan: the questions before a Windows stick is made. */
export function WindowsStickWizard() {
  const { t } = useTranslation();
  const state = useWindowsStick();
  const { from, file, previewError } = useCustomising();
  const beforeNext = (step: WindowsStickStep) => {
    if (step !== 'image' || state.media) return true;
    void state.inspect(state.location);
    return false;
  };
  return (
    <WizardShell
      kind="windows-stick"
      state={state}
      ready={{ image: state.media !== null, customise: previewError === null && (from !== 'file' || file.trim() !== ''), disks: state.disks.length > 0 }}
      preflight={{ request: windowsStickChecks(state) }}
      beforeNext={beforeNext}
      status={state.step === 'disks' && t('wizard:disks.chosen', { count: state.disks.length })}
      consequence={state.plan && <DisksConsequence disks={state.plan.disks} />}
      act={{ label: t('windows:plan.act', { count: state.plan?.disks.length ?? state.disks.length }), icon: 'danger', erases: true }}
    >
      {state.step === 'image' && <IsoStep />}
      {state.step === 'customise' && <CustomiseStep />}
      {state.step === 'disks' && <StickDisksStep />}
      {state.step === 'plan' && <StickPlanStep />}
    </WizardShell>
  );
}
