import { useTranslation } from 'react-i18next';
import { Button } from '../components/Button.tsx';
import { ErrorNotice } from '../components/Notice.tsx';
import { useDisks } from '../stores/disks.ts';
import { useJobs } from '../stores/jobs.ts';

/** Says that the process which does the work went away, and starts over with whatever is there now. */
export function EngineGone() {
  const { t } = useTranslation();
  const error = useJobs((state) => state.engineGone);
  if (!error) return null;
  const retry = () => {
    useJobs.getState().setEngineGone(null);
    void useDisks.getState().load();
    void useJobs.getState().load().catch(() => undefined);
  };
  return (
    <div className="app-alert">
      <ErrorNotice error={error}>
        <Button onPress={retry}>{t('app:engine.again')}</Button>
      </ErrorNotice>
    </div>
  );
}
