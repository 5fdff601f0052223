import { Trans, useTranslation } from 'react-i18next';
import { diskName } from '../../components/disk-texts.ts';
import { WizardShell } from '../../components/WizardShell.tsx';
import { captureChecks, chooseForCapture, useCapture } from '../../stores/capture.ts';
import { choosable } from '../../stores/choosable.ts';
import { useDisks } from '../../stores/disks.ts';
import { CaptureDiskStep, CapturePartitionsStep } from './source-steps.tsx';
import { DestinationStep } from './DestinationStep.tsx';
import { CapturePlanStep } from './CapturePlanStep.tsx';

/** Disk, partitions, destination, plan: the questions before an image is made. */
export function CaptureWizard() {
  const { t, i18n } = useTranslation();
  const state = useCapture();
  const disk = useDisks((found) => found.disks?.find(({ id, size }) => id === state.disk && size > 0));
  const all = choosable(disk?.partitions ?? []).length;
  const count = state.partitions?.length ?? all;
  return (
    <WizardShell
      kind="capture"
      state={state}
      disks={disk && [disk]}
      ready={{
        disk: disk !== undefined,
        partitions: disk !== undefined && (state.partitions === null || state.partitions.length > 0),
        destination: state.folder !== '' && state.name.trim() !== '' && (state.unfinished === null || state.resume || state.overwrite) && !state.nameResults.some(({ verdict }) => verdict === 'stop'),
      }}
      preflight={{
        request: captureChecks(state),
        choices: { choose: (action) => chooseForCapture(action, disk?.partitions ?? []), recommend: (action) => action.id === 'memory-level' && state.recommend(action.level), memory: state.memory },
      }}
      status={state.step === 'partitions' && all > 0 && t('wizard:partitions.chosen', { count, all })}
      consequence={state.plan && <Trans t={t} i18nKey="wizard:read.consequence" values={{ disk: diskName(t, i18n.language, state.plan.disk) }} components={{ disk: <strong /> }} />}
      act={{ label: t(state.plan?.resume ? 'wizard:capture.act-resume' : 'wizard:capture.act'), icon: 'capture', erases: false }}
    >
      {state.step === 'disk' && <CaptureDiskStep />}
      {state.step === 'partitions' && disk && <CapturePartitionsStep disk={disk} />}
      {state.step === 'destination' && <DestinationStep disk={disk} />}
      {state.step === 'plan' && <CapturePlanStep />}
    </WizardShell>
  );
}
