import { access } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../native-free-engine/index.ts';
import type { CommandResult } from './command.ts';
import type { ElevatedCommand } from './host.ts';

/** People look for passwords: this long may the question stand on the screen. */
export const AUTHENTICATION_TIMEOUT_MS = 180_000;
/** A program that was let in has this long to answer. */
const START_TIMEOUT_MS = 30_000;

/** A way of asking for rights that has been set going. */
export interface Launch {
  /** The end of the asking program: on Linux also that of the program asked for. */
  readonly ended: Promise<CommandResult>;
  /** The error that an end without an answer means. */
  readonly name: (code: number | null, stderr: string) => EngineError;
  readonly answerWithinMs: number;
}

/** The program's arguments, complete. */
export function elevatedArgs(command: ElevatedCommand): string[] {
  return [...command.args, '--socket', command.socketPath, '--token-file', command.tokenPath];
}

/**
 * Starts the program through `launch` and waits until it has taken the token away.
 * @throws EngineError `elevation-refused`, `elevation-unavailable`
 */
export async function startElevated(command: ElevatedCommand, launch: (program: string, args: readonly string[]) => Launch): Promise<void> {
  const { ended, name, answerWithinMs } = launch(command.program, elevatedArgs(command));
  let end: CommandResult | Error | null = null;
  ended.then((result) => {
    end = result;
  }, (error: unknown) => {
    end = error instanceof Error ? error : new Error(String(error));
  });
  const endedNow = (): CommandResult | Error | null => end;
  const taken = async (): Promise<boolean> => !(await access(command.tokenPath).then(() => true, () => false));

  let deadline = performance.now() + answerWithinMs;
  let letIn = false;
  while (performance.now() < deadline) {
    if (await taken()) return;
    const result = endedNow();
    if (result instanceof Error) {
      const reason = result instanceof EngineError && result.code === 'tool-missing' ? 'no-tool' : 'failed';
      throw new EngineError('elevation-unavailable', { reason, detail: result.message }, { cause: result });
    }
    if (result && result.code !== 0) throw name(result.code, result.stderr);
    if (result && !letIn) {
      // Windows and macOS: the question was answered and the program runs on by itself.
      letIn = true;
      deadline = performance.now() + START_TIMEOUT_MS;
    }
    await sleep(100);
  }
  throw new EngineError('elevation-unavailable', { reason: 'no-answer', detail: 'the program gave no answer' });
}
