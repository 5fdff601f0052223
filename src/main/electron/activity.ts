import { powerSaveBlocker, type BrowserWindow } from 'electron';
import type { EngineClient } from '../services/engine-client.ts';

/**
 * While a job runs the computer does not go to sleep, and the taskbar shows how far it is.
 * @param holdShutdown what the system has to keep itself from being shut down; Electron's blocker does not
 */
export function showActivity(window: BrowserWindow, engine: EngineClient, holdShutdown: () => () => void): void {
  let blocker: number | null = null;
  let letGo = (): void => undefined;

  const showProgress = (): void => {
    if (window.isDestroyed()) return;
    const jobs = engine.running();
    const fractions = jobs.map((job) => job.progress?.fraction ?? null);
    if (jobs.length === 0) window.setProgressBar(-1);
    // Anything above 1 is drawn as "busy, for how long nobody knows".
    else if (fractions.includes(null)) window.setProgressBar(2);
    else window.setProgressBar(Math.min(...(fractions as number[])));
  };

  engine.listen('job.progress', showProgress);
  engine.listen('running', (jobs) => {
    if (jobs.length > 0 && blocker === null) {
      blocker = powerSaveBlocker.start('prevent-app-suspension');
      letGo = holdShutdown();
    }
    if (jobs.length === 0 && blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
      letGo();
    }
    showProgress();
  });
}
