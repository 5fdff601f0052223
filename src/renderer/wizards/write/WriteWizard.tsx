import { useTranslation } from 'react-i18next';
import { DisksConsequence } from '../../components/DisksConsequence.tsx';
import { WizardShell } from '../../components/WizardShell.tsx';
import { missingBytes, useChosenDisks } from '../../stores/disks.ts';
import { imageIsReady, useWrite, writeChecks, type WriteStep } from '../../stores/write.ts';
import { DisksStep } from './DisksStep.tsx';
import { ImageStep } from './ImageStep.tsx';
import { PlanStep } from './PlanStep.tsx';

/** Image, disks, plan: the questions before an image is written. */
export function WriteWizard() {
  const { t } = useTranslation();
  const state = useWrite();
  const chosen = useChosenDisks(state.disks, (disk) => missingBytes(disk, state.image?.size ?? null) === 0);
  const beforeNext = (step: WriteStep) => {
    if (step === 'image' && !state.image) {
      void state.inspect(state.location);
      return false;
    }
    if (step === 'disks') state.choose(chosen.map((disk) => disk.id));
    return true;
  };
  return (
    <WizardShell
      kind="write"
      state={state}
      disks={chosen}
      ready={{ image: imageIsReady(state), disks: chosen.length > 0 }}
      preflight={{ request: writeChecks(state) }}
      beforeNext={beforeNext}
      status={state.step === 'disks' && t('wizard:disks.chosen', { count: chosen.length })}
      consequence={state.plan && <DisksConsequence disks={state.plan.disks} />}
      act={{ label: t('wizard:plan.act-write', { count: state.plan?.disks.length ?? chosen.length }), icon: 'danger', erases: true }}
    >
      {state.step === 'image' && <ImageStep />}
      {state.step === 'disks' && <DisksStep />}
      {state.step === 'plan' && <PlanStep />}
    </WizardShell>
  );
}
