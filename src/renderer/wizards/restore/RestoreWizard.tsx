import { useTranslation } from 'react-i18next';
import { DisksConsequence } from '../../components/DisksConsequence.tsx';
import { WizardShell } from '../../components/WizardShell.tsx';
import { choosable } from '../../stores/choosable.ts';
import { canRestore, chooseForRestore, restoreChecks, useRestore, type RestoreStep } from '../../stores/restore.ts';
import { RestoreImageStep } from './RestoreImageStep.tsx';
import { RestorePlanStep } from './RestorePlanStep.tsx';
import { RestoreDisksStep, RestorePartitionsStep, useRestoreDisks } from './steps.tsx';

/** Image, partitions, disks, plan: the questions before an image is put back. */
export function RestoreWizard() {
  const { t } = useTranslation();
  const state = useRestore();
  const chosen = useRestoreDisks();
  const all = choosable(state.image?.partitions ?? []).length;
  const beforeNext = (step: RestoreStep) => {
    if (step === 'image' && !state.image) {
      void state.describe(state.location);
      return false;
    }
    if (step === 'disks' && state.step === 'disks') state.choose(chosen.map((disk) => disk.id));
    return true;
  };
  const status = state.step === 'disks' ? t('wizard:disks.chosen', { count: chosen.length })
    : state.step === 'partitions' && all > 0 ? t('wizard:partitions.chosen', { count: state.partitions?.length ?? all, all }) : null;
  return (
    <WizardShell
      kind="restore"
      state={state}
      disks={chosen}
      ready={{
        image: canRestore(state.image),
        partitions: state.partitions === null || state.partitions.length > 0,
        disks: chosen.length > 0,
      }}
      preflight={{
        request: restoreChecks(state),
        choices: { choose: (action) => chooseForRestore(action, state.image?.partitions ?? []), recommend: (action) => action.id === 'memory-level' && state.recommend(action.level), memory: state.memory },
      }}
      beforeNext={beforeNext}
      status={status}
      consequence={state.plan && <DisksConsequence disks={state.plan.disks} />}
      act={{ label: t(state.plan?.resume ? 'wizard:restore.act-resume' : 'wizard:restore.act', { count: state.plan?.disks.length ?? chosen.length }), icon: 'danger', erases: true }}
    >
      {state.step === 'image' && <RestoreImageStep />}
      {state.step === 'partitions' && state.image && <RestorePartitionsStep image={state.image} />}
      {state.step === 'disks' && <RestoreDisksStep />}
      {state.step === 'plan' && <RestorePlanStep />}
    </WizardShell>
  );
}
