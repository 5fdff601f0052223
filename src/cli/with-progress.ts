import type { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { bar, percent } from './progress-text.ts';

const WIDTH = 48;

/**
 * Does work that is no job, with a bar where the terminal can redraw. Ctrl+C cancels it, a second one leaves at once.
 * @param work is told how to say how far it is
 */
export async function withProgress<T>(context: Context, work: (signal: AbortSignal, onProgress: (done: number, total: number) => void) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const live = context.terminal.live && !context.json;
  const stop = context.terminal.onInterrupt(() => {
    if (abort.signal.aborted) process.exit(EXIT.cancelled);
    abort.abort();
  });
  let shown = -1;
  try {
    return await work(abort.signal, (done, total) => {
      const fraction = total > 0 ? done / total : 1;
      const step = Math.floor(fraction * 100);
      if (!live || step === shown) return;
      shown = step;
      context.terminal.draw([`  ${bar(fraction, WIDTH)} ${percent(fraction)}`]);
    });
  } finally {
    stop();
    if (live) context.terminal.draw([]);
  }
}
