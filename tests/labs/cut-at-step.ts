// Preloaded (`node --import`): kills its process before the step of its main thread that WERKBANK_CUT_AT names, counted from 0, of those
// that give or take names of files below WERKBANK_CUT_FOLDER. How often something is written and flushed is a matter of time.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const { onFileStep } = await import('./file-steps.ts');
  let left = Number(process.env['WERKBANK_CUT_AT']);
  onFileStep(({ kind, path }) => {
    if (!['write', 'truncate', 'sync'].includes(kind) && path.startsWith(`${process.env['WERKBANK_CUT_FOLDER'] ?? ''}/`) && left-- === 0) process.kill(process.pid, 'SIGKILL');
  });
}
