import { EngineError } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';

interface ToolOptions {
  readonly signal?: AbortSignal | undefined;
  /** What it reads from standard input. */
  readonly input?: string;
  /** Exit codes that mean success. */
  readonly good?: readonly number[];
}

/**
 * Runs a tool that has to succeed and may take as long as it needs.
 * @throws EngineError `tool-failed` with the tool's own words, `tool-missing`
 */
export async function succeed(run: CommandRunner, program: string, args: readonly string[], options: ToolOptions): Promise<void> {
  const { signal, input = '', good = [0] } = options;
  const { code, stdout, stderr } = await run(program, args, { longLived: true, input, ...(signal ? { signal } : {}) });
  if (code !== null && good.includes(code)) return;
  throw new EngineError('tool-failed', { tool: program, detail: `${stderr.trim()} ${stdout.trim()}`.trim().slice(-500) || `exit ${code}` });
}
