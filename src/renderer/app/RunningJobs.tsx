import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { Button } from '../components/Button.tsx';
import { formatPercent } from '../formatting/numbers.ts';
import { useJob, useJobs } from '../stores/jobs.ts';
import { goHome, goToJob, useNavigation } from '../stores/navigation.ts';

/** The way back to what is running, from every screen that does not show it. */
export function RunningJobs() {
  const { t } = useTranslation();
  const running = useJobs(useShallow((state) => Object.values(state.jobs).filter(({ report }) => report === null).map(({ jobId }) => jobId)));
  const screen = useNavigation((state) => state.screen);
  const [first, ...more] = running;
  if (first === undefined || screen.name === 'home' || (screen.name === 'job' && more.length === 0 && screen.jobId === first)) return null;
  if (more.length === 0) return <RunningJob jobId={first} />;
  return <Button kind="quiet" className="header-running" onPress={goHome}><span className="running-mark" aria-hidden="true" />{t('app:home.running', { count: running.length })}</Button>;
}

function RunningJob({ jobId }: { jobId: string }) {
  const { t, i18n } = useTranslation();
  const percent = useJob(jobId, ({ progress }) => formatPercent(i18n.language, progress?.fraction ?? 0)) ?? '';
  return <Button kind="quiet" className="header-running" onPress={() => goToJob(jobId)}><span className="running-mark" aria-hidden="true" />{t('app:home.running-percent', { percent })}</Button>;
}
