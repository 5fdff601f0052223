import { dialog, type BrowserWindow } from 'electron';
import { disksOfPlan } from '../../texts/index.ts';
import type { EngineClient, RunningJob } from '../services/engine-client.ts';
import type { MainTexts } from './texts.ts';
import { bringToFront } from './window.ts';

/** What closing the window means while a job runs, or a remedy, is for the user to say. */
export function askBeforeClosing(window: BrowserWindow, engine: EngineClient, texts: () => MainTexts): void {
  let asking = false;
  /** What the user chose, until no job runs any more. */
  let whenIdle: 'show' | 'close' | null = null;

  const isBusy = () => engine.running().length > 0 || engine.remedying();

  engine.listen('running', () => {
    if (isBusy() || whenIdle === null || window.isDestroyed()) return;
    if (whenIdle === 'show') bringToFront(window);
    else window.close();
    whenIdle = null;
  });

  const ask = async (): Promise<void> => {
    const running = engine.running();
    const { closing: text, kinds } = texts();
    // A remedy is a command of the system: it is waited for.
    const choices: readonly ('background' | 'cancel' | 'stay')[] = running.length > 0 ? ['background', 'cancel', 'stay'] : ['background', 'stay'];
    const { response } = await dialog.showMessageBox(window, {
      type: 'warning',
      title: text.title,
      message: running.length > 1 ? text.messageMore : running.length > 0 ? text.message : text.remedy,
      detail: [...running.map((job) => inWords(job, kinds)), running.length > 0 ? text.detail : text.remedyDetail].join('\n\n'),
      buttons: choices.map((choice) => text[choice]),
      defaultId: 0,
      cancelId: choices.indexOf('stay'),
      noLink: true,
    });
    const choice = choices[response] ?? 'stay';
    // Whoever stays stays, whatever was chosen before.
    whenIdle = null;
    if (choice === 'stay') return;
    const jobs = engine.running();
    // It may have ended while the question was on the screen.
    if (!isBusy()) {
      if (choice === 'cancel') window.close();
      return;
    }
    whenIdle = choice === 'background' ? 'show' : 'close';
    if (choice === 'background') window.hide();
    else await Promise.allSettled(jobs.map((job) => engine.call('job.cancel', { jobId: job.jobId })));
  };

  const askOnce = (): void => {
    if (asking) return;
    asking = true;
    void ask().finally(() => {
      asking = false;
    });
  };

  window.on('close', (event) => {
    if (!isBusy()) return;
    event.preventDefault();
    askOnce();
  });
  // Windows asks every window before it shuts down, and then names the one that said no. macOS closes the window, as its user would; Linux is held back as a whole.
  window.on('query-session-end', (event) => {
    // What is critical cannot be put off.
    if (!isBusy() || event.reasons.includes('critical')) return;
    event.preventDefault();
    bringToFront(window);
    askOnce();
  });
}

/** `Write an image, 37 %: SanDisk Ultra (4C530001230419115432)`: which job, and what is left in the middle when it is cut off. */
function inWords({ plan, progress }: RunningJob, kinds: MainTexts['kinds']): string {
  const share = typeof progress?.fraction === 'number' ? `, ${Math.floor(progress.fraction * 100)} %` : '';
  const names = disksOfPlan(plan).map(({ model, serial, id }) => (serial.trim() ? `${model.trim() || id} (${serial.trim()})` : model.trim() || id));
  return `${kinds[plan.kind]}${share}${names.length > 0 ? `: ${names.join(', ')}` : ''}`;
}
