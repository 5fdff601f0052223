import { useTranslation } from 'react-i18next';
import { DisksConsequence } from '../../components/DisksConsequence.tsx';
import { WizardShell } from '../../components/WizardShell.tsx';
import { useCustomising } from '../../stores/customising.ts';
import { missingBytes, useChosenDisks } from '../../stores/disks.ts';
import { leastBytes, useWindowsStick, windowsStickChecks, type WindowsStickStep } from '../../stores/windows-stick.ts';
import { CustomiseStep } from './CustomiseStep.tsx';
import { IsoStep } from './IsoStep.tsx';
import { StickDisksStep } from './StickDisksStep.tsx';
import { StickPlanStep } from './StickPlanStep.tsx';

/** ISO, how Windows is set up, disks, plan: the questions before a Windows stick is made. */
export function WindowsStickWizard() {
  const { t } = useTranslation();
  const state = useWindowsStick();
  const { from, file, previewError } = useCustomising();
  const chosen = useChosenDisks(state.disks, (disk) => missingBytes(disk, leastBytes(state)) === 0);
  const beforeNext = (step: WindowsStickStep) => {
    if (step === 'disks') state.choose(chosen.map(({ id }) => id));
    if (step !== 'image' || state.media) return true;
    void state.inspect(state.location);
    return false;
  };
  return (
    <WizardShell
      kind="windows-stick"
      state={state}
      disks={chosen}
      ready={{ image: state.media !== null, customise: previewError === null && (from !== 'file' || file.trim() !== ''), disks: chosen.length > 0 }}
      preflight={{ request: windowsStickChecks(state) }}
      beforeNext={beforeNext}
      status={state.step === 'disks' && t('wizard:disks.chosen', { count: chosen.length })}
      consequence={state.plan && <DisksConsequence disks={state.plan.disks} />}
      act={{ label: t('windows:plan.act', { count: state.plan?.disks.length ?? chosen.length }), icon: 'danger', erases: true }}
    >
      {state.step === 'image' && <IsoStep />}
      {state.step === 'customise' && <CustomiseStep />}
      {state.step === 'disks' && <StickDisksStep />}
      {state.step === 'plan' && <StickPlanStep />}
    </WizardShell>
  );
}
