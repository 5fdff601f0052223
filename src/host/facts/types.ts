import type { CheckContext, CheckFacts, CheckId, ImagedSelection, ImageNameFacts, PowerSupply, Fact } from '../../../native-free-engine/index.ts';
import type { CheckedJob, Disk } from '../../contract/index.ts';

/** What is about to be done, as far as checks depend on it. */
export interface CheckRequest extends Pick<CheckContext, 'estimate' | 'manyMachines' | 'wanted' | 'partBytes'> {
  readonly job: CheckedJob;
  /** The disks that are read, and which of their partitions; null for all. */
  readonly sources: readonly { readonly disk: Disk; readonly chosen: readonly number[] | null }[];
  /** What is in the image that is put back, and what of it is chosen; null when none is. */
  readonly imaged: Fact<ImagedSelection> | null;
  /** The disks that are written. */
  readonly targets: readonly Disk[];
  /** The folder that an image goes to, or null. */
  readonly destination: string | null;
  /** Looks into the library, which the host does not know; null when no name is chosen. */
  readonly imageName: (() => Promise<ImageNameFacts>) | null;
}

/** How far a check that takes long has come. */
export interface CheckProgress {
  /** 0 to 1. */
  readonly share: number;
  /** Of a surface scan: what was found in each of up to 512 equal pieces of the disk. */
  readonly map?: readonly ('unread' | 'good' | 'slow' | 'bad')[];
}

export interface GatherOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: CheckProgress) => void;
}

/** The facts for one round of checks: what several checks need is found out once. */
export interface FactSession {
  /** Never throws for what cannot be found out: that is a fact that is missing. @throws AbortError */
  gather<C extends CheckId>(check: C, options: GatherOptions): Promise<CheckFacts[C]>;
  close(): Promise<void>;
}

/** What checks have to know about this computer. */
export interface FactGatherer {
  readonly context: Pick<CheckContext, 'system'>;
  begin(request: CheckRequest): FactSession;
  /** Whether a path can be looked at; missing where it gives no answer, as of a share that went away. */
  reachable(path: string, signal: AbortSignal): Promise<Fact<true>>;
  /** For whoever watches a job: cheap, a few times a minute. */
  power(signal: AbortSignal): Promise<Fact<readonly PowerSupply[]>>;
}
