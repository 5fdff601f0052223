import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlainError, Plan } from '../../../contract/index.ts';
import { toPlainError } from '../../bridge.ts';
import { useJob, useJobs } from '../../stores/jobs.ts';
import { goHome, useNavigation, type Screen } from '../../stores/navigation.ts';
import { useCapture } from '../../stores/capture.ts';
import { useDrivers } from '../../stores/drivers.ts';
import { useExtract } from '../../stores/extract.ts';
import { useFormat } from '../../stores/format.ts';
import { useIso } from '../../stores/iso.ts';
import { useRead } from '../../stores/read.ts';
import { useRestore } from '../../stores/restore.ts';
import { useWindowsStick } from '../../stores/windows-stick.ts';
import { useWinpe } from '../../stores/winpe.ts';
import { useWrite } from '../../stores/write.ts';
import { Button } from '../Button.tsx';
import { ConfirmDialog } from '../ConfirmDialog.tsx';
import { Icon, type IconName } from '../Icon.tsx';
import { ErrorNotice } from '../Notice.tsx';
import { useWizardSteps } from '../wizard-steps.ts';
import { WizardFrame } from '../WizardFrame.tsx';
import { ProgressStep } from './ProgressStep.tsx';
import { planTitle } from './plan-texts.ts';
import { ReportStep } from './ReportStep.tsx';

const ANOTHER_ICONS: Record<Plan['kind'], IconName> = {
  capture: 'capture', restore: 'restore', write: 'write', format: 'refresh', read: 'refresh', verify: 'library', convert: 'library', 'windows-stick': 'windows', winpe: 'shell', iso: 'disc', extract: 'disc-look', drivers: 'chip',
};

/** A job from its start to its report: the last two steps of every wizard. */
export function JobScreen({ jobId }: { jobId: string }) {
  const { t, i18n } = useTranslation();
  const plan = useJob(jobId, (job) => job.plan);
  const report = useJob(jobId, (job) => job.report) ?? null;
  const { title, steps } = useWizardSteps(plan?.kind ?? 'write');
  const [asking, setAsking] = useState(false);
  const [cancelling, setCancelling] = useState(false);
  const [error, setError] = useState<PlainError | null>(null);
  if (!plan) {
    return (
      <main className="home"><div className="home-inner"><Button onPress={goHome}>{t('wizard:home')}</Button></div></main>
    );
  }

  const cancel = async () => {
    setCancelling(true);
    setError(null);
    try {
      await useJobs.getState().cancel(jobId);
    } catch (thrown) {
      setCancelling(false);
      setError(toPlainError(thrown));
    }
  };
  const another = () => {
    startAnother(plan);
    useNavigation.getState().go({ name: screenOf(plan.kind) });
  };

  const running = (
    <>
      <Button onPress={goHome}><Icon name="back" size={20} />{t('progress:home')}</Button>
      <div className="wizard-footer-text">{t('progress:background')}</div>
      <Button isDisabled={cancelling} onPress={() => setAsking(true)}>
        <Icon name="close" size={20} />{t(cancelling ? 'progress:cancelling' : 'progress:cancel')}
      </Button>
    </>
  );
  const ended = (
    <>
      <Button onPress={goHome}><Icon name="back" size={20} />{t('wizard:home')}</Button>
      <div className="wizard-footer-text" />
      <Button kind="primary" onPress={another}><Icon name={ANOTHER_ICONS[plan.kind]} size={20} />{t(`report-view:another.${plan.kind}`)}</Button>
    </>
  );

  return (
    <WizardFrame
      title={title}
      steps={steps}
      current={report ? 'report' : 'progress'}
      onEscape={() => (report ? goHome() : setAsking(true))}
      footer={report ? ended : running}
    >
      {error && <ErrorNotice error={error} />}
      {report ? <ReportStep report={report} justEnded /> : <ProgressStep jobId={jobId} plan={plan} />}
      <ConfirmDialog
        isOpen={asking && !report && !cancelling}
        title={t('progress:cancel-title')}
        stay={t('progress:cancel-stay')}
        act={t('progress:cancel-act')}
        onAct={() => void cancel()}
        onClose={() => setAsking(false)}
      >
        <p><strong>{planTitle(t, i18n.language, plan)}</strong></p>
        <p>{t(`progress:cancel-leaves.${plan.kind}`)}</p>
      </ConfirmDialog>
    </WizardFrame>
  );
}

function screenOf(kind: Plan['kind']): Exclude<Screen['name'], 'job' | 'past'> {
  if (kind === 'verify' || kind === 'convert') return 'library';
  return kind;
}

/** Empties the wizard of this kind for another round. */
function startAnother(plan: Plan): void {
  switch (plan.kind) {
    case 'write': return void writeAnother(plan.image.location);
    case 'restore': return void restoreAnother(plan.image.location);
    case 'capture': return useCapture.getState().restart();
    case 'format': return useFormat.getState().restart();
    case 'read': return useRead.getState().restart();
    case 'windows-stick': return void stickAnother(plan.image.location);
    case 'winpe': return useWinpe.getState().again(plan);
    case 'iso': return void useIso.getState().again(plan);
    case 'extract': return void useExtract.getState().again(plan.image.location);
    case 'drivers': return useDrivers.getState().again(plan);
    case 'verify':
    case 'convert': return;
  }
}

async function restoreAnother(location: string): Promise<void> {
  const wizard = useRestore.getState();
  if (wizard.image?.location !== location) {
    wizard.restart(false);
    await wizard.describe(location);
  }
  wizard.restart(true);
}

/** The same image again, to other disks. After the window was reopened the wizard is empty and looks at the image anew. */
async function writeAnother(location: string): Promise<void> {
  const wizard = useWrite.getState();
  if (wizard.image?.location !== location) {
    wizard.restart(false);
    await wizard.inspect(location);
  }
  wizard.restart(true);
}

async function stickAnother(location: string): Promise<void> {
  const wizard = useWindowsStick.getState();
  if (wizard.media?.location !== location) {
    wizard.restart(false);
    await wizard.inspect(location);
  }
  wizard.restart(true);
}
