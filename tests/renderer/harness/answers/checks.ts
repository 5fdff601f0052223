import type { PreflightRequest, RemedyAction } from '../../../../src/contract/index.ts';
import { harness } from '../harness.ts';
import { SCANNING, statesOf } from '../preflight-data.ts';

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const stopped = new Set<string>();

/** The checks before a job. */
export const checkAnswers = {
  'preflight.run': async ({ runId, request }: { runId: string; request: PreflightRequest }) => {
    const states = statesOf(request, harness.checks, new Set(harness.solved));
    for (const { check } of states) harness.emit('preflight.result', { runId, check, done: false, share: null, map: null, results: [] });
    if (request.checks?.includes('surface')) {
      harness.emit('preflight.result', { runId, ...SCANNING });
      while (harness.checkPace > 0 && !stopped.has(runId)) await rest(50);
    }
    for (const state of states) {
      if (harness.checkPace > 0) await rest(harness.checkPace);
      harness.emit('preflight.result', { runId, ...state });
    }
    return states.flatMap(({ results }) => results);
  },
  'preflight.cancel': ({ runId }: { runId: string }) => {
    stopped.add(runId);
    return null;
  },
  'preflight.remedy': async ({ runId, action }: { runId: string; action: RemedyAction }) => {
    harness.emit('preflight.remedy', { runId, line: 'Mounting volume... OK', share: null });
    harness.emit('preflight.remedy', { runId, line: 'NTFS partition /dev/sdb3 was processed successfully.', share: 1 });
    if (harness.checkPace > 0) await rest(harness.checkPace * 10);
    harness.solved.push(action.id === 'wait-until-quiet' ? 'activity' : 'file-system');
    return null;
  },
};
