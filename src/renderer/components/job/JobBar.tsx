import { ProgressBar } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatPercent } from '../../formatting/numbers.ts';
import { useJob } from '../../stores/jobs.ts';

/** How far a job is, over all its phases. Drawn again only when a tenth of a percent was done. */
export function JobBar({ jobId, label, large = false }: { jobId: string; label: string; large?: boolean }) {
  const permille = useJob(jobId, (job) => (job.progress?.fraction == null ? null : Math.floor(job.progress.fraction * 1000))) ?? null;
  return <Bar label={label} fraction={permille === null ? null : permille / 1000} className={large ? 'bar-large' : ''} />;
}

/** A bar; `fraction` is 0 to 1, or null when it cannot be told. */
export function Bar({ label, fraction, className = '' }: { label: string; fraction: number | null; className?: string }) {
  const { i18n } = useTranslation();
  const known = fraction === null ? { isIndeterminate: true } : { value: Math.floor(fraction * 100), valueLabel: formatPercent(i18n.language, fraction) };
  return (
    <ProgressBar aria-label={label} className={`bar ${className}`} {...known}>
      <div className={`bar-fill ${fraction === null ? 'bar-unknown' : ''}`} style={fraction === null ? {} : { transform: `scaleX(${fraction})` }} />
    </ProgressBar>
  );
}
