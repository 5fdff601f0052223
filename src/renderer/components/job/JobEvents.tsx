import { useTranslation } from 'react-i18next';
import type { JobEvent } from '../../../contract/index.ts';
import { formatTimeOfDay } from '../../formatting/numbers.ts';
import { useJob, useJobs } from '../../stores/jobs.ts';
import { Icon, type IconName } from '../Icon.tsx';
import { Notice } from '../Notice.tsx';

const ICONS: Record<JobEvent['code'], IconName> = { 'mains-lost': 'warning', 'mains-back': 'check', 'device-arrived': 'plus', 'device-left': 'eject' };

/** What happened around a job, oldest first. */
export function EventList({ events }: { events: readonly JobEvent[] }) {
  const { t, i18n } = useTranslation();
  return (
    <ol className="event-list">
      {events.map((event) => (
        <li key={`${event.at} ${event.code} ${String(event.params['path'] ?? '')}`}>
          <Icon name={ICONS[event.code]} size={20} />
          <time dateTime={event.at}>{formatTimeOfDay(i18n.language, event.at)}</time>
          <span>{t(`jobs:event.${event.code}`, event.params)}</span>
        </li>
      ))}
    </ol>
  );
}

/** What happens around a running job, said at once. Mains lost is the one that cannot wait. */
export function EventsNow({ jobId }: { jobId: string }) {
  const { t } = useTranslation();
  const count = useJob(jobId, (job) => job.progress?.events.length ?? 0) ?? 0;
  if (count === 0) return <div className="events-now" role="status" />;
  const events = useJobs.getState().jobs[jobId]?.progress?.events ?? [];
  const power = events.findLast(({ code }) => code === 'mains-lost' || code === 'mains-back');
  return (
    <div className="events-now" role="status">
      {power?.code === 'mains-lost' && <Notice kind="error" title={t('progress:mains-lost')}><p>{t('progress:mains-lost-text')}</p></Notice>}
      <Notice kind="warning" title={t('progress:events', { count })}><EventList events={events.slice(-6)} /></Notice>
    </div>
  );
}
