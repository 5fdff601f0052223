import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { Button } from '../components/Button.tsx';
import { BenchDisks } from '../components/BenchDisks.tsx';
import { Icon, type IconName } from '../components/Icon.tsx';
import { StepHeading } from '../components/StepHeading.tsx';
import { useCapture } from '../stores/capture.ts';
import { useFormat } from '../stores/format.ts';
import { useJobs } from '../stores/jobs.ts';
import { useNavigation } from '../stores/navigation.ts';
import { useRead } from '../stores/read.ts';
import { useRestore } from '../stores/restore.ts';
import { useWindowsStick } from '../stores/windows-stick.ts';
import { useWinpe } from '../stores/winpe.ts';
import { useWrite } from '../stores/write.ts';
import { JobCard } from './JobCard.tsx';
import { useSettings } from '../stores/settings.ts';

const BIG_JOBS = [
  { name: 'capture', icon: 'capture', restart: () => useCapture.getState().restart() },
  { name: 'restore', icon: 'restore', restart: () => useRestore.getState().restart(false) },
  { name: 'library', icon: 'library', restart: () => undefined },
  { name: 'write', icon: 'write', restart: () => useWrite.getState().restart(false) },
  { name: 'windows-stick', icon: 'windows', restart: () => useWindowsStick.getState().restart(false) },
  { name: 'winpe', icon: 'shell', restart: () => useWinpe.getState().restart() },
  { name: 'format', icon: 'refresh', restart: () => useFormat.getState().restart() },
  { name: 'read', icon: 'read', restart: () => useRead.getState().restart() },
] as const satisfies readonly { name: string; icon: IconName; restart: () => void }[];

/** The jobs one can start, the library, and the jobs that are going on. */
export function Home() {
  const { t } = useTranslation();
  const go = useNavigation((state) => state.go);
  const jobIds = useJobs(useShallow((state) => Object.keys(state.jobs).reverse()));
  const version = useSettings((state) => state.info?.version);
  return (
    <main className="home">
      <div className="home-inner">
        <StepHeading lead={t('app:home.lead')}>{t('app:home.title')}</StepHeading>
        <div className="big-jobs">
          {BIG_JOBS.map(({ name, icon, restart }) => (
            <Button key={name} kind="card" className={`big-job big-job-${name}`} onPress={() => { restart(); go({ name }); }}>
              <span className="big-job-icon"><Icon name={icon} size={30} /></span>
              <span className="big-job-title">{t(`app:home.${name}.title`)}</span>
              <span className="big-job-text">{t(`app:home.${name}.text`)}</span>
              <span className="big-job-start">{t('app:home.start')}<Icon name="forward" size={20} /></span>
            </Button>
          ))}
        </div>
        {jobIds.length > 0 && (
          <section aria-labelledby="home-jobs" className="home-jobs">
            <h2 id="home-jobs">{t('app:home.jobs')}</h2>
            {jobIds.map((jobId) => <JobCard key={jobId} jobId={jobId} />)}
          </section>
        )}
        <BenchDisks />
        <p className="home-foot">
          {version && <span>{t('app:home.version', { version })}</span>}
        </p>
      </div>
    </main>
  );
}
