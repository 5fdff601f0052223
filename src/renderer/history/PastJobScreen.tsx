import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { ReportStep } from '../components/job/ReportStep.tsx';
import { ErrorNotice } from '../components/Notice.tsx';
import { useWizardSteps } from '../components/wizard-steps.ts';
import { WizardFrame } from '../components/WizardFrame.tsx';
import { useHistory } from '../stores/history.ts';
import { useNavigation } from '../stores/navigation.ts';

/** The report of a job of the history, as it was when the job ended. */
export function PastJobScreen({ id }: { id: string }) {
  const { t } = useTranslation();
  const { report, error, open } = useHistory();
  const { title, steps } = useWizardSteps(report?.plan.kind ?? 'write');
  useEffect(() => {
    void open(id);
  }, [id, open]);
  const back = () => useNavigation.getState().go({ name: 'history' });
  return (
    <WizardFrame
      title={title}
      steps={steps.slice(-1)}
      current="report"
      onEscape={back}
      footer={<><Button onPress={back}><Icon name="back" size={20} />{t('history:back')}</Button><div className="wizard-footer-text" /></>}
    >
      {error && <ErrorNotice error={error} />}
      {report?.jobId === id && <ReportStep report={report} />}
    </WizardFrame>
  );
}
