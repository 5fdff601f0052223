import type { JobProgress } from '../../contract/index.ts';
import { listen } from '../bridge.ts';
import { forgetSwappedDisks } from '../stores/choices.ts';
import { useDisks } from '../stores/disks.ts';
import { useHistory } from '../stores/history.ts';
import { useJobs } from '../stores/jobs.ts';
import { usePreflight } from '../stores/preflight.ts';
import { useSettings } from '../stores/settings.ts';

/** Progress comes ten times a second; numbers that change faster than this cannot be read, and cost twice as much. */
const SHOW_EVERY_MS = 200;

const newest = new Map<string, JobProgress>();
let timer: ReturnType<typeof setTimeout> | null = null;

/** The newest progress of each job is shown, the ones it overtook are not. */
function showSoon(progress: JobProgress): void {
  newest.set(progress.jobId, progress);
  timer ??= setTimeout(showNow, SHOW_EVERY_MS);
}

function showNow(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  for (const progress of newest.values()) useJobs.getState().progressed(progress);
  newest.clear();
}

/** Brings every event of the main process to the store it belongs to. Returns the way to stop. */
export function listenToEverything(): () => void {
  const stops = [
    forgetSwappedDisks(),
    listen('disks', (disks) => useDisks.getState().replace(disks)),
    listen('job.progress', showSoon),
    listen('job.ended', (report) => {
      showNow();
      useJobs.getState().ended(report);
    }),
    listen('preflight.result', (state) => usePreflight.getState().told(state)),
    listen('preflight.remedy', (said) => usePreflight.getState().remedySaid(said)),
    listen('history.changed', ({ error }) => useHistory.getState().changed(error)),
    listen('engine.gone', (error) => useJobs.getState().setEngineGone(error)),
    listen('theme', ({ dark }) => useSettings.setState({ systemDark: dark })),
  ];
  return () => stops.forEach((stop) => stop());
}
