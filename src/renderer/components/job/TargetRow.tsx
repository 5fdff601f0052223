import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { DiskIdentity, TargetState } from '../../../contract/index.ts';
import { formatBytes, formatDuration, formatSpeed, roundEstimate } from '../../formatting/numbers.ts';
import { useJob, useJobs } from '../../stores/jobs.ts';
import { busIcon, modelName } from '../disk-texts.ts';
import { Icon, type IconName } from '../Icon.tsx';
import { ErrorNotice } from '../Notice.tsx';
import { Bar } from './JobBar.tsx';

const STATE_ICONS: Record<TargetState, IconName> = {
  waiting: 'clock', writing: 'write', finishing: 'save', verifying: 'shield', growing: 'grow', ejecting: 'eject', done: 'check', failed: 'danger', cancelled: 'stop',
};

/** One disk of a running job, with its own state, speed and time left. */
export function TargetRow({ jobId, identity }: { jobId: string; identity: DiskIdentity }) {
  const { t, i18n } = useTranslation();
  const shown = useTargetWords(jobId, identity.id);
  const busy = shown.state === 'writing' || shown.state === 'verifying';
  return (
    <li className={`target target-${shown.state}`}>
      <div className="target-head">
        <span className="disk-row-icon"><Icon name={busIcon(identity.bus)} /></span>
        <div className="target-name">
          <strong>{modelName(t, identity)}</strong>
          <span className="disk-row-facts">
            <span>{formatBytes(i18n.language, identity.size)}</span>
            {identity.serial && <span className="mono">{t('wizard:disk.serial', { serial: identity.serial })}</span>}
          </span>
        </div>
        <div className="target-now">
          <span className={`target-state state-${shown.state}`}><Icon name={STATE_ICONS[shown.state]} size={20} />{t(`jobs:state.${shown.state}`)}</span>
          {busy && (
            <p className="target-numbers">
              <span>{shown.total ? t('progress:of', { done: shown.bytes, total: shown.total }) : shown.bytes}</span>
              <span>{shown.speed}</span>
              {shown.left && <span>{t(`progress:ready.${shown.state}`, { time: shown.left })}</span>}
            </p>
          )}
        </div>
      </div>
      <TargetBar jobId={jobId} diskId={identity.id} state={shown.state} label={t('progress:target-bar', { disk: modelName(t, identity), state: t(`jobs:state.${shown.state}`) })} />
      {shown.stalled > 0 && busy && (
        <p className="target-stalled" role="status"><Icon name="warning" size={20} />{t('progress:stalled', { time: formatDuration(i18n.language, shown.stalled) })}</p>
      )}
      {shown.error && <ErrorNotice error={shown.error} />}
    </li>
  );
}

/** The values in words; the row is drawn again when one of them changes. */
function useTargetWords(jobId: string, diskId: string) {
  const { i18n } = useTranslation();
  return useJobs(useShallow((state) => {
    const target = state.jobs[jobId]?.shown?.targets.find(({ disk }) => disk === diskId);
    return {
      state: target?.state ?? 'waiting',
      bytes: target ? formatBytes(i18n.language, target.bytesDone) : '',
      total: target?.bytesTotal ? formatBytes(i18n.language, target.bytesTotal) : '',
      speed: target ? formatSpeed(i18n.language, target.speed) : '',
      left: typeof target?.etaSeconds === 'number' ? formatDuration(i18n.language, roundEstimate(target.etaSeconds)) : '',
      stalled: Math.floor(target?.stalledSeconds ?? 0),
      error: target?.error ?? null,
    };
  }));
}

function TargetBar({ jobId, diskId, state, label }: { jobId: string; diskId: string; state: TargetState; label: string }) {
  const done = useJob(jobId, ({ progress }) => {
    const target = progress?.targets.find(({ disk }) => disk === diskId);
    return !target ? 0 : target.bytesTotal ? Math.floor((target.bytesDone / target.bytesTotal) * 500) : null;
  }) ?? null;
  return <Bar label={label} fraction={state === 'done' ? 1 : done === null ? null : done / 500} className={`bar-${state}`} />;
}
