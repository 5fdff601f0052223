import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { Plan, TargetState } from '../../../contract/index.ts';
import { useGoneDisks } from '../../stores/disks.ts';
import { useJobs } from '../../stores/jobs.ts';
import { diskName } from '../disk-texts.ts';
import { Notice } from '../Notice.tsx';
import { identitiesOf } from './plan-texts.ts';

/** A disk that was ejected may go, and one that failed says itself what became of it. */
const MAY_GO: readonly TargetState[] = ['ejecting', 'failed', 'cancelled'];

/** Disks of a running job that were pulled out: said at once, and what to do; the job itself may run into it only minutes later. */
export function UnpluggedNow({ jobId, plan }: { jobId: string; plan: Plan }) {
  const { t, i18n } = useTranslation();
  const gone = useGoneDisks(identitiesOf(plan));
  const states = useJobs(useShallow((state) => gone.map(({ id }) => state.jobs[jobId]?.progress?.targets.find(({ disk }) => disk === id)?.state ?? 'waiting')));
  const ejects = 'eject' in plan && plan.eject;
  return gone.map((disk, index) => {
    const state = states[index] ?? 'waiting';
    if (MAY_GO.includes(state) || (state === 'done' && ejects)) return null;
    const text = textFor(plan.kind, state);
    return (
      <Notice key={disk.id} kind={state === 'done' ? 'info' : 'error'} announced title={t('progress:unplugged.title', { disk: diskName(t, i18n.language, disk) })}>
        <p>{t(`progress:unplugged.${text}`)}</p>
      </Notice>
    );
  });
}

function textFor(kind: Plan['kind'], state: TargetState): string {
  if (state === 'done' || state === 'verifying') return state;
  return kind === 'capture' || kind === 'read' || kind === 'restore' || kind === 'drivers' ? kind : 'written';
}
