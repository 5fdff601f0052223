import { Trans, useTranslation } from 'react-i18next';
import { Bytes } from '../../components/Bytes.tsx';
import { WizardShell } from '../../components/WizardShell.tsx';
import { chosenTotal, useExtract, type ExtractStep } from '../../stores/extract.ts';
import { DiscStep } from './DiscStep.tsx';
import { ExtractDestinationStep } from './ExtractDestinationStep.tsx';
import { ExtractPlanStep } from './ExtractPlanStep.tsx';
import { FilesStep } from './FilesStep.tsx';

/** Disc, files, where to, plan: looking into a disc image, and taking files out of it. */
export function ExtractWizard() {
  const { t } = useTranslation();
  const state = useExtract();
  const chosen = chosenTotal(state);
  const beforeNext = (step: ExtractStep) => {
    if (step !== 'image' || state.disc) return true;
    void state.inspect(state.location);
    return false;
  };
  return (
    <WizardShell
      kind="extract"
      state={state}
      ready={{ image: state.disc !== null, files: state.all || Object.keys(state.chosen).length > 0, destination: state.folder.trim() !== '' }}
      beforeNext={beforeNext}
      status={state.step === 'files' && <>{t('extract:files.chosen', { count: chosen.files })}{chosen.files > 0 && <>, <Bytes value={chosen.bytes} /></>}</>}
      consequence={state.plan && <Trans t={t} i18nKey={state.plan.overwrite ? 'extract:plan.consequence-over' : 'extract:plan.consequence'} values={{ path: state.plan.folder }} components={{ file: <strong /> }} />}
      act={{ label: t('extract:plan.act', { count: state.plan?.files ?? 0 }), icon: 'save', erases: false }}
    >
      {state.step === 'image' && <DiscStep />}
      {state.step === 'files' && <FilesStep />}
      {state.step === 'destination' && <ExtractDestinationStep />}
      {state.step === 'plan' && <ExtractPlanStep />}
    </WizardShell>
  );
}
