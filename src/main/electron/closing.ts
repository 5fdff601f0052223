import { dialog, type BrowserWindow } from 'electron';
import type { EngineClient } from '../services/engine-client.ts';
import type { MainTexts } from './texts.ts';
import { bringToFront } from './window.ts';

/** What closing the window means while a job runs is for the user to say. */
export function askBeforeClosing(window: BrowserWindow, engine: EngineClient, texts: () => MainTexts): void {
  let asking = false;
  /** What the user chose, until no job runs any more. */
  let whenIdle: 'show' | 'close' | null = null;

  engine.listen('running', (jobs) => {
    if (jobs.length > 0 || whenIdle === null || window.isDestroyed()) return;
    if (whenIdle === 'show') bringToFront(window);
    else window.close();
    whenIdle = null;
  });

  const ask = async (): Promise<void> => {
    const choices = ['background', 'cancel', 'stay'] as const;
    const text = texts().closing;
    const { response } = await dialog.showMessageBox(window, {
      type: 'warning',
      title: text.title,
      message: text.message,
      detail: text.detail,
      buttons: choices.map((choice) => text[choice]),
      defaultId: 0,
      cancelId: 2,
      noLink: true,
    });
    const choice = choices[response] ?? 'stay';
    if (choice === 'stay') return;
    const jobs = engine.running();
    // It may have ended while the question was on the screen.
    if (jobs.length === 0) {
      if (choice === 'cancel') window.close();
      return;
    }
    whenIdle = choice === 'background' ? 'show' : 'close';
    if (choice === 'background') window.hide();
    else await Promise.allSettled(jobs.map((job) => engine.call('job.cancel', { jobId: job.jobId })));
  };

  window.on('close', (event) => {
    if (engine.running().length === 0) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    void ask().finally(() => {
      asking = false;
    });
  });
}
