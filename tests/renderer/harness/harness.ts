import type { Disk, EventName, JobProgress, JobState, PlainError, Settings } from '../../../src/contract/index.ts';
import { DISKS } from './data.ts';
import { LIBRARY } from './imaging-data.ts';

/** What a test may set before the window starts, and do while it runs. */
export interface Harness {
  settings: Settings;
  systemLanguage: string;
  preview: boolean;
  disks: readonly Disk[];
  /** Seconds that pass in a job for each second of the clock; 0 stops them. */
  pace: number;
  /** Every call made, oldest first. */
  readonly calls: { name: string; input: unknown }[];
  /** Errors to answer with, by call. */
  readonly failures: Record<string, PlainError>;
  /** Answers to give instead of the usual ones, by call. */
  readonly given: Record<string, unknown>;
  /** What the checks before a job say. */
  checks: 'fine' | 'trouble';
  /** Checks whose remedy was carried out. */
  solved: string[];
  /** Milliseconds between two checks that end; 0 for all at once. */
  checkPace: number;
  /** What happened around the running job. */
  happened: JobProgress['events'];
  /** Disks that fail in the next job. */
  failing: readonly string[];
  /** The sticks have the newest drivers. */
  upToDate: boolean;
  jobs: Map<string, JobState>;
  /** Jobs that are already there when the window opens. */
  found: readonly [string, JobState][];
  emit(name: EventName, payload: unknown): void;
  /** Takes a job to so many seconds from its start. */
  jump(jobId: string, seconds: number): void;
}

const listeners = new Map<EventName, Set<(payload: never) => void>>();

/** Hears an event until the returned function is called. */
export function listen(name: EventName, listener: (payload: never) => void): () => void {
  const all = listeners.get(name) ?? new Set();
  listeners.set(name, all.add(listener));
  return () => all.delete(listener);
}

export const harness: Harness = {
  settings: { language: 'system', theme: 'system', practiceFolder: '/home/anna/oefenschijven', imageFolders: [LIBRARY], driverFolders: [], nameTemplate: '{machine}-{os}-{date}-{purpose}' },
  systemLanguage: 'en-GB',
  preview: true,
  disks: DISKS,
  pace: 1,
  calls: [],
  failures: {},
  given: {},
  checks: 'fine',
  solved: [],
  checkPace: 0,
  happened: [],
  failing: [],
  upToDate: false,
  jobs: new Map(),
  found: [],
  emit: (name, payload) => listeners.get(name)?.forEach((listener) => listener(payload as never)),
  // Jobs know how, and say so here.
  jump: () => undefined,
  ...(window as unknown as { harnessOptions?: Partial<Harness> }).harnessOptions,
};
