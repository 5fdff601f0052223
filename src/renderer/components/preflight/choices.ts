import type { MemoryLevel, RemedyAction } from '../../../contract/index.ts';

/** What a wizard does about remedies that are choices in it: which partitions, what name, how much memory. */
export interface Choices {
  readonly choose: (action: RemedyAction) => void;
  /** Takes over what the checks recommend, unless the user has chosen otherwise. */
  readonly recommend?: (action: RemedyAction) => void;
  /** The level of memory of the job; undefined where there is none. */
  readonly memory?: MemoryLevel;
}
