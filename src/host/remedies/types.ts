import type { CheckResult, CommandLine, RemedyAction } from '../../../native-free-engine/index.ts';

export interface RemedyOptions {
  readonly signal: AbortSignal;
  /** What the commands say, line by line, and how far they are (0 to 1) where they tell. */
  readonly onProgress?: (progress: { readonly line: string; readonly share: number | null }) => void;
}

/** Puts right what checks found, with commands of the system. */
export interface RemedyControl {
  /** The results with what their buttons would run; a button that this system has no safe command for is gone, its ways by hand stay. */
  complete(results: readonly CheckResult[]): Promise<CheckResult[]>;
  /** The commands of an action on this system; empty for a choice, or when there is none. */
  commands(action: RemedyAction): Promise<readonly CommandLine[]>;
  /**
   * Runs an action of the first group. Judged again in this moment: never on a file system that is in use where that harms.
   * @throws EngineError `remedy-refused`, `remedy-failed`, `tool-missing`, `rights-needed`; AbortError
   */
  run(action: RemedyAction, options: RemedyOptions): Promise<void>;
}
