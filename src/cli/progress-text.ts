import type { JobProgress, Plan, TargetProgress } from '../contract/index.ts';
import { diskName, formatBytes, formatDuration, formatSpeed } from '../texts/index.ts';
import type { Context } from './context.ts';
import { writtenDisks } from './plan-text.ts';
import { fit } from './terminal.ts';

type Speaker = Pick<Context, 'texts' | 'language'>;

const BAR_WIDTH = 24;
const NAME_WIDTH = 18;

/** `######··········`: done and still to do; without an end in sight all of it is open. */
export function bar(fraction: number | null, width = BAR_WIDTH): string {
  const full = fraction === null ? 0 : Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

export const percent = (fraction: number | null): string => (fraction === null ? '    ' : `${String(Math.floor(Math.min(1, fraction) * 100)).padStart(3)}%`);

/** `Disk.id` to number and model, as the plan knows them. */
function nameIn(plan: Plan, diskId: string): string {
  const planned = writtenDisks(plan).find((disk) => disk.identity.id === diskId);
  return planned ? `${planned.number} ${diskName(planned.identity)}` : diskId;
}

function bottleneckText({ texts }: Speaker, plan: Plan, progress: JobProgress): string {
  if (!progress.bottleneck) return '';
  const { kind, disk } = progress.bottleneck;
  return texts(`jobs:bottleneck.${kind}`, { disk: disk === null ? '' : nameIn(plan, disk) });
}

function targetLine(speaker: Speaker, plan: Plan, target: TargetProgress): string {
  const { texts, language } = speaker;
  const name = fit(nameIn(plan, target.disk), NAME_WIDTH).padEnd(NAME_WIDTH);
  const state = texts(`jobs:state.${target.state}`).padEnd(11);
  const moving = target.state === 'writing' || target.state === 'verifying';
  if (!moving) return `  ${name}  ${state}`;
  const fraction = target.bytesTotal ? target.bytesDone / target.bytesTotal : null;
  const details = [
    target.bytesTotal === null ? formatBytes(target.bytesDone, language) : '',
    formatSpeed(target.speed, language),
    target.etaSeconds === null ? '' : texts('cli:progress.left', { time: formatDuration(target.etaSeconds) }),
    target.stalledSeconds > 0 ? texts('cli:progress.stalled', { seconds: Math.round(target.stalledSeconds) }) : '',
  ];
  return `  ${name}  ${state}  ${bar(fraction)} ${percent(fraction)}  ${details.filter((part) => part !== '').join('  ')}`;
}

/** The whole job in one line, for terminals that cannot redraw and for the head of the bars. */
export function summaryLine(speaker: Speaker, plan: Plan, progress: JobProgress): string {
  const { texts, language } = speaker;
  const amount = progress.bytesTotal === null
    ? formatBytes(progress.bytesDone, language)
    : texts('cli:progress.of', { done: progress.bytesDone, total: progress.bytesTotal });
  const parts = [
    texts(`jobs:phase.${progress.phase}`),
    percent(progress.fraction).trim(),
    progress.bytesDone > 0 ? amount : '',
    progress.speed > 0 ? formatSpeed(progress.speed, language) : '',
    progress.etaSeconds === null ? '' : texts('cli:progress.left', { time: formatDuration(progress.etaSeconds) }),
    progress.stored === null || progress.stored === 0 ? '' : texts('cli:progress.stored', { bytes: progress.stored }),
    progress.badBytes === 0 ? '' : texts('cli:progress.bad', { bytes: progress.badBytes }),
    progress.retrying ? texts('cli:progress.retrying') : '',
    progress.stalledSeconds > 0 ? texts('cli:progress.stalled', { seconds: Math.round(progress.stalledSeconds) }) : '',
    bottleneckText(speaker, plan, progress),
  ];
  return parts.filter((part) => part !== '').join('  ');
}

/** The lines that are drawn over and over while a job runs. */
export function progressLines(speaker: Speaker, plan: Plan, progress: JobProgress): string[] {
  const targets = progress.targets.map((target) => targetLine(speaker, plan, target));
  return [summaryLine(speaker, plan, progress), `  ${bar(progress.fraction, BAR_WIDTH * 2)}`, ...targets];
}
