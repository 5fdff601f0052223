import { useTranslation } from 'react-i18next';
import { formatPercent } from '../../formatting/numbers.ts';
import { useJob } from '../../stores/jobs.ts';

/** How far a job is, over all its phases. Drawn again only when a tenth of a percent was done. */
export function JobBar({ jobId, label, large = false }: { jobId: string; label: string; large?: boolean }) {
  const permille = useJob(jobId, ({ progress }) => (typeof progress?.fraction === 'number' ? Math.floor(progress.fraction * 1000) : null)) ?? null;
  return <Bar label={label} fraction={permille === null ? null : permille / 1000} className={large ? 'bar-large' : ''} />;
}

/**
 * A bar; `fraction` is 0 to 1, or null when it cannot be told. A plain element
 * and an SVG attribute: it is what changes most often on the whole screen.
 */
export function Bar({ label, fraction, className = '' }: { label: string; fraction: number | null; className?: string }) {
  const { i18n } = useTranslation();
  const value = fraction === null ? {} : { 'aria-valuenow': Math.floor(fraction * 100), 'aria-valuetext': formatPercent(i18n.language, fraction) };
  return (
    <div role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} className={`bar ${className}`} {...value}>
      {fraction === null ? <div className="bar-unknown" /> : (
        <svg className="bar-fill" viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">
          <rect width={fraction * 1000} height={1} />
        </svg>
      )}
    </div>
  );
}
