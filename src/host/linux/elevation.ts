import { EngineError } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import { AUTHENTICATION_TIMEOUT_MS, startElevated, type Launch } from '../elevation.ts';
import type { Elevation } from '../host.ts';

/** Rights through polkit's pkexec; see its exit codes in pkexec(1). */
export function createLinuxElevation(run: CommandRunner): Elevation {
  return {
    isElevated: () => process.geteuid?.() === 0,
    start: (command) => startElevated(command, (program, args): Launch => ({
      // pkexec lives as long as the program it starts.
      ended: run('pkexec', [program, ...args], { longLived: true }),
      name: pkexecError,
      answerWithinMs: AUTHENTICATION_TIMEOUT_MS,
    })),
  };
}

/** What pkexec's end means: 126 the user closed the dialogue, 127 not authorised or nobody there to ask. */
export function pkexecError(code: number | null, stderr: string): EngineError {
  const detail = stderr.trim().slice(0, 300);
  if (code === 126) return new EngineError('elevation-refused', { reason: 'dismissed', detail });
  if (code === 127 && /no authentication agent|agent found|dbus|d-bus|polkit.*(daemon|service)|not setuid root/i.test(detail)) {
    return new EngineError('elevation-unavailable', { reason: 'no-agent', detail });
  }
  if (code === 127 && /not authorized|incident has been reported/i.test(detail)) return new EngineError('elevation-refused', { reason: 'not-authorised', detail });
  return new EngineError('elevation-unavailable', { reason: 'failed', detail: detail || `exit ${code}` });
}
