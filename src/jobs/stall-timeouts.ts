import { EngineError, STALL_TIMEOUTS, type StallTimeouts } from '../../native-free-engine/index.ts';

/**
 * The stall ladder's time-outs. `WERKBANK_STALL_SECONDS=reduce,restart,fail`
 * replaces them, for a bench with unusually slow disks or an impatient test.
 * @throws EngineError `argument-invalid`
 */
export function stallTimeouts(env: NodeJS.ProcessEnv = process.env): StallTimeouts {
  const text = env['WERKBANK_STALL_SECONDS'];
  if (!text) return STALL_TIMEOUTS;
  const [reduce, restart, fail, ...rest] = text.split(',').map(Number);
  const ladder = [reduce, restart, fail].map((seconds) => seconds ?? Number.NaN);
  if (rest.length > 0 || !ladder.every((seconds, index) => seconds > (ladder[index - 1] ?? 0))) {
    throw new EngineError('argument-invalid', { what: `WERKBANK_STALL_SECONDS=${text}` });
  }
  return { reduce: ladder[0]!, restart: ladder[1]!, fail: ladder[2]! };
}
