import { listen } from '../bridge.ts';
import { useDisks } from '../stores/disks.ts';
import { useJobs } from '../stores/jobs.ts';
import { useSettings } from '../stores/settings.ts';

/** Brings every event of the main process to the store it belongs to. Returns the way to stop. */
export function listenToEverything(): () => void {
  const stops = [
    listen('disks', (disks) => useDisks.getState().replace(disks)),
    listen('job.progress', (progress) => useJobs.getState().progressed(progress)),
    listen('job.ended', (report) => useJobs.getState().ended(report)),
    listen('engine.gone', (error) => useJobs.getState().setEngineGone(error)),
    listen('theme', ({ dark }) => useSettings.setState({ systemDark: dark })),
  ];
  return () => stops.forEach((stop) => stop());
}
