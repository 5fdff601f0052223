import { useTranslation } from 'react-i18next';
import type { Plan } from '../../../contract/index.ts';
import { formatBytes, formatDuration, formatPercent, formatSpeed, roundEstimate } from '../../formatting/numbers.ts';
import { useJob, type WatchedJob } from '../../stores/jobs.ts';
import { Icon } from '../Icon.tsx';
import { StepHeading } from '../StepHeading.tsx';
import { ImagingTrouble, SpeedLimit } from './ImagingNow.tsx';
import { EventsNow } from './JobEvents.tsx';
import { JobBar } from './JobBar.tsx';
import { identitiesOf, planDiskName, planTitle, writesDisks } from './plan-texts.ts';
import { SpeedCurve } from './SpeedCurve.tsx';
import { TargetRow } from './TargetRow.tsx';
import { UnpluggedNow } from './UnpluggedNow.tsx';

/** What is happening now, how fast, how long still, and what holds it back. */
export function ProgressStep({ jobId, plan }: { jobId: string; plan: Plan }) {
  const { t, i18n } = useTranslation();
  const title = planTitle(t, i18n.language, plan);
  const disks = Math.max(1, identitiesOf(plan).length);
  return (
    <>
      <Phase jobId={jobId} title={title} />
      <UnpluggedNow jobId={jobId} plan={plan} />
      <EventsNow jobId={jobId} />
      <section className="panel progress-panel" aria-label={t('progress:overall')}>
        <JobBar jobId={jobId} label={t('progress:overall')} large />
        <dl className="numbers">
          <Number jobId={jobId} name={t('progress:speed', { count: disks })} select={({ shown: progress }) => (progress ? formatSpeed(i18n.language, progress.speed) : '–')} />
          <Number
            jobId={jobId}
            name={t('progress:time-left')}
            select={({ shown: progress }) => (typeof progress?.etaSeconds === 'number' ? formatDuration(i18n.language, roundEstimate(progress.etaSeconds)) : '–')}
          />
          {!writesDisks(plan) && (
            <Number
              jobId={jobId}
              name={t('progress:done')}
              select={({ shown: progress }) => {
                if (!progress) return '–';
                const done = formatBytes(i18n.language, progress.bytesDone);
                return progress.bytesTotal === null ? done : t('progress:of', { done, total: formatBytes(i18n.language, progress.bytesTotal) });
              }}
            />
          )}
          {plan.kind === 'capture' && (
            <Number
              jobId={jobId}
              name={t('progress:stored')}
              select={({ shown: progress }) => (typeof progress?.stored === 'number' ? formatBytes(i18n.language, progress.stored) : '–')}
            />
          )}
          <Number jobId={jobId} name={t('progress:elapsed')} select={({ shown: progress }) => formatDuration(i18n.language, Math.floor(progress?.elapsedSeconds ?? 0))} />
        </dl>
        <Curve jobId={jobId} />
        <Bottleneck jobId={jobId} plan={plan} />
        <ImagingTrouble jobId={jobId} />
        {(plan.kind === 'capture' || plan.kind === 'restore') && <SpeedLimit jobId={jobId} planned={plan.bytesPerSecond} />}
      </section>
      {writesDisks(plan) && (
        <ul className="targets" aria-label={t('progress:targets')}>
          {identitiesOf(plan).map((identity) => <TargetRow key={identity.id} jobId={jobId} identity={identity} />)}
        </ul>
      )}
    </>
  );
}

/** The phase as the heading. It is spoken when it changes, the percents only at every quarter. */
function Phase({ jobId, title }: { jobId: string; title: string }) {
  const { t, i18n } = useTranslation();
  const phase = useJob(jobId, (job) => job.progress?.phase) ?? 'preparing';
  const percent = useJob(jobId, ({ progress }) => (typeof progress?.fraction === 'number' ? formatPercent(i18n.language, progress.fraction) : ''));
  const quarter = useJob(jobId, ({ progress }) => Math.floor((progress?.fraction ?? 0) * 4)) ?? 0;
  const words = t(`jobs:phase.${phase}`);
  return (
    <>
      <StepHeading lead={title}>
        <span className="phase">{words}</span> <span className="phase-percent">{percent}</span>
      </StepHeading>
      <p className="visually-hidden" role="status">{t('progress:spoken', { phase: words, percent: formatPercent(i18n.language, quarter / 4) })}</p>
    </>
  );
}

function Number({ jobId, name, select }: { jobId: string; name: string; select: (job: WatchedJob) => string }) {
  const value = useJob(jobId, select);
  return (
    <div className="number">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const NO_CURVE: WatchedJob['curve'] = [];

function Curve({ jobId }: { jobId: string }) {
  const { t } = useTranslation();
  const curve = useJob(jobId, (job) => job.curve) ?? NO_CURVE;
  return <SpeedCurve samples={curve} label={t('progress:curve')} />;
}

function Bottleneck({ jobId, plan }: { jobId: string; plan: Plan }) {
  const { t, i18n } = useTranslation();
  const kind = useJob(jobId, (job) => job.progress?.bottleneck?.kind ?? null);
  const disk = useJob(jobId, (job) => job.progress?.bottleneck?.disk ?? null);
  const reads = plan.kind === 'read' || plan.kind === 'capture';
  const held = disk ?? (reads ? plan.disk.id : null);
  // A file that is written is on no disk of the plan.
  const key = kind === 'target' && (reads || held === null) ? 'destination' : reads ? `read-${kind}` : kind;
  return (
    <p className="bottleneck">
      <Icon name="gauge" size={22} />
      {kind === null ? t('progress:bottleneck.unknown') : t(`progress:bottleneck.${key}`, { disk: held === null ? '' : planDiskName(t, i18n.language, plan, held) })}
    </p>
  );
}
