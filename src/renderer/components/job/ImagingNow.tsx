import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../../contract/index.ts';
import { call, toPlainError } from '../../bridge.ts';
import { formatBytes, formatDuration, formatSpeed } from '../../formatting/numbers.ts';
import { useJob } from '../../stores/jobs.ts';
import { Icon } from '../Icon.tsx';
import { ErrorNotice } from '../Notice.tsx';
import { Segmented } from '../Segmented.tsx';

/** What goes less well with a source: bad places, and silence. */
export function ImagingTrouble({ jobId }: { jobId: string }) {
  const { t, i18n } = useTranslation();
  const retrying = useJob(jobId, (job) => job.shown?.retrying ?? false) ?? false;
  const bad = useJob(jobId, (job) => job.shown?.badBytes ?? 0) ?? 0;
  const silent = useJob(jobId, (job) => Math.floor(job.shown?.stalledSeconds ?? 0)) ?? 0;
  return (
    <div className="trouble" role="status">
      {retrying && <p className="target-stalled"><Icon name="refresh" size={20} />{t('progress:retrying')}</p>}
      {bad > 0 && <p className="target-stalled"><Icon name="warning" size={20} />{t('progress:bad', { size: formatBytes(i18n.language, bad) })}</p>}
      {silent > 0 && <p className="target-stalled"><Icon name="clock" size={20} />{t('progress:silent', { time: formatDuration(i18n.language, silent) })}</p>}
    </div>
  );
}

const PRESETS = [0, 10e6, 50e6, 100e6, 200e6];

/** How fast a running job may be, changed at once. */
export function SpeedLimit({ jobId, planned }: { jobId: string; planned: number }) {
  const { t, i18n } = useTranslation();
  const [limit, setLimit] = useState(planned);
  const [error, setError] = useState<PlainError | null>(null);
  const limits = [...new Set([...PRESETS, planned])].sort((a, b) => a - b);
  const change = async (value: number) => {
    const before = limit;
    setLimit(value);
    setError(null);
    try {
      await call('job.limit', { jobId, bytesPerSecond: value });
    } catch (thrown) {
      setLimit(before);
      setError(toPlainError(thrown));
    }
  };
  const name = (value: number) => (value === 0 ? t('progress:no-limit') : formatSpeed(i18n.language, value).replace(/[.,]0(?=\D)/, ''));
  return (
    <div className="speed-limit">
      <p className="field-label" aria-hidden="true">{t('progress:limit')}</p>
      <Segmented label={t('progress:limit')} value={String(limit)} onChange={(value) => void change(Number(value))} options={limits.map((value) => ({ value: String(value), name: name(value), shown: name(value) }))} />
      {error && <ErrorNotice error={error} />}
    </div>
  );
}
