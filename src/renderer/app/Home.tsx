import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { Button } from '../components/Button.tsx';
import { BenchDisks } from '../components/BenchDisks.tsx';
import { Icon, type IconName } from '../components/Icon.tsx';
import { StepHeading } from '../components/StepHeading.tsx';
import { useCapture } from '../stores/capture.ts';
import { useDrivers } from '../stores/drivers.ts';
import { useExtract } from '../stores/extract.ts';
import { useFormat } from '../stores/format.ts';
import { useIso } from '../stores/iso.ts';
import { useJobs } from '../stores/jobs.ts';
import { useNavigation } from '../stores/navigation.ts';
import { useRead } from '../stores/read.ts';
import { useRestore } from '../stores/restore.ts';
import { useWindowsStick } from '../stores/windows-stick.ts';
import { useWinpe } from '../stores/winpe.ts';
import { useWrite } from '../stores/write.ts';
import { JobCard } from './JobCard.tsx';
import { useSettings } from '../stores/settings.ts';

interface BigJob { readonly name: 'capture' | 'restore' | 'library' | 'write' | 'windows-stick' | 'winpe' | 'drivers' | 'format' | 'read' | 'iso' | 'extract'; readonly icon: IconName; readonly restart: () => void }

/** What can be started, by what it is about; each group is one row. */
const GROUPS: readonly { readonly name: 'images' | 'media' | 'sticks'; readonly jobs: readonly BigJob[] }[] = [
  { name: 'images', jobs: [
    { name: 'capture', icon: 'capture', restart: () => useCapture.getState().restart() },
    { name: 'restore', icon: 'restore', restart: () => useRestore.getState().restart(false) },
    { name: 'library', icon: 'library', restart: () => undefined },
  ] },
  { name: 'media', jobs: [
    { name: 'write', icon: 'write', restart: () => useWrite.getState().restart(false) },
    { name: 'windows-stick', icon: 'windows', restart: () => useWindowsStick.getState().restart(false) },
    { name: 'winpe', icon: 'shell', restart: () => useWinpe.getState().restart() },
    { name: 'drivers', icon: 'chip', restart: () => useDrivers.getState().restart() },
  ] },
  { name: 'sticks', jobs: [
    { name: 'format', icon: 'refresh', restart: () => useFormat.getState().restart() },
    { name: 'read', icon: 'read', restart: () => useRead.getState().restart() },
    { name: 'iso', icon: 'disc', restart: () => useIso.getState().restart() },
    { name: 'extract', icon: 'disc-look', restart: () => useExtract.getState().restart() },
  ] },
];

/** What is going on, what can be started, and the disks there are. */
export function Home() {
  const { t } = useTranslation();
  const go = useNavigation((state) => state.go);
  const jobIds = useJobs(useShallow((state) => Object.keys(state.jobs).reverse()));
  const version = useSettings((state) => state.info?.version);
  return (
    <main className="home">
      <div className="home-inner">
        <StepHeading lead={t('app:home.lead')}>{t('app:home.title')}</StepHeading>
        {jobIds.length > 0 && (
          <section aria-labelledby="home-jobs" className="home-jobs">
            <h2 id="home-jobs">{t('app:home.jobs')}</h2>
            {jobIds.map((jobId) => <JobCard key={jobId} jobId={jobId} />)}
          </section>
        )}
        <div className="big-groups">
          {GROUPS.map((group) => (
            <section key={group.name} className="big-group" aria-labelledby={`group-${group.name}`}>
              <h2 id={`group-${group.name}`}>{t(`app:home.group.${group.name}`)}</h2>
              <div className={`big-jobs ${group.jobs.length > 3 ? 'big-jobs-many' : ''}`}>
                {group.jobs.map(({ name, icon, restart }) => (
                  <Button key={name} kind="card" className={`big-job big-job-${name}`} onPress={() => { restart(); go({ name }); }}>
                    <span className="big-job-icon"><Icon name={icon} size={26} /></span>
                    <span className="big-job-title">{t(`app:home.${name}.title`)}</span>
                    <span className="big-job-text">{t(`app:home.${name}.text`)}</span>
                  </Button>
                ))}
              </div>
            </section>
          ))}
        </div>
        <BenchDisks />
        <p className="home-foot">
          {version && <span>{t('app:home.version', { version })}</span>}
        </p>
      </div>
    </main>
  );
}
