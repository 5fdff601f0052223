import { useTranslation } from 'react-i18next';
import { Button } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { JobBar } from '../components/job/JobBar.tsx';
import { planTitle } from '../components/job/plan-texts.ts';
import { formatPercent } from '../formatting/numbers.ts';
import { useJob, useJobs } from '../stores/jobs.ts';
import { goToJob } from '../stores/navigation.ts';

/** One running or ended job on the home screen. */
export function JobCard({ jobId }: { jobId: string }) {
  const { t, i18n } = useTranslation();
  const plan = useJob(jobId, (job) => job.plan);
  const outcome = useJob(jobId, (job) => job.report?.outcome ?? null);
  const phase = useJob(jobId, (job) => job.progress?.phase ?? 'preparing');
  const percent = useJob(jobId, ({ progress }) => (typeof progress?.fraction === 'number' ? formatPercent(i18n.language, progress.fraction) : ''));
  const forget = useJobs((state) => state.forget);
  if (!plan) return null;
  const title = planTitle(t, i18n.language, plan);
  return (
    <div className="job-card">
      <span className={`job-card-icon outcome-${outcome ?? 'running'}`}>
        <Icon name={outcome === null ? 'clock' : outcome === 'done' ? 'check' : outcome === 'cancelled' ? 'stop' : outcome === 'unknown' ? 'question' : 'warning'} size={24} />
      </span>
      <div className="job-card-text">
        <strong>{title}</strong>
        <span>{outcome ? t(`jobs:outcome.${outcome}`) : `${t(`jobs:phase.${phase}`)} ${percent}`}</span>
        {!outcome && <JobBar jobId={jobId} label={title} />}
      </div>
      {outcome && (
        <Button kind="quiet" aria-label={t('app:home.forget-job', { job: title })} onPress={() => void forget(jobId).catch(() => undefined)}>
          {t('app:home.forget')}
        </Button>
      )}
      <Button aria-label={t(outcome ? 'app:home.open-report' : 'app:home.open-job', { job: title })} onPress={() => goToJob(jobId)}>
        {t(outcome ? 'app:home.report' : 'app:home.open')}
      </Button>
    </div>
  );
}
