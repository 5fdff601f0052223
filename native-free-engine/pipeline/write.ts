import { throwIfAborted } from '../base/abort.ts';
import { EngineError } from '../base/errors.ts';
import { totalLength } from '../base/extent.ts';
import { createHasher, type ChecksumAlgorithm } from '../codecs/checksums.ts';
import { RunningDigest } from '../codecs/running-digest.ts';
import type { BlockMap, ImageSource } from '../images/types.ts';
import { BmapCheck } from './bmap-check.ts';
import { Feed, type Subscriber } from './feed.ts';
import { Lane, type LaneState, type SourceFacts, type WriteTarget } from './lane.ts';
import { STALL_TIMEOUTS, type StallTimeouts } from './stall-ladder.ts';

export interface WriteOptions {
  readonly image: ImageSource;
  /** Write only what the map says holds data, and check its checksums. */
  readonly map: BlockMap | null;
  readonly targets: readonly WriteTarget[];
  /** Checksums to make of the image's bytes; SHA-256 is always made. */
  readonly algorithms: readonly ChecksumAlgorithm[];
  /** Sees the checksums before anything bootable is written; throws to stop it. Not called when a map left bytes out. */
  readonly accept?: (checksums: Readonly<Record<string, string>>) => void;
  readonly verify: boolean;
  readonly stall?: StallTimeouts;
  readonly signal: AbortSignal;
  /** Sees every byte that is written, once and in order. */
  readonly see?: (offset: number, bytes: Uint8Array) => void;
  readonly report: (progress: WriteProgress) => void;
}

export interface LaneProgress {
  readonly id: string;
  readonly state: LaneState;
  readonly bytesDone: number;
  readonly bytesTotal: number | null;
  readonly speed: number;
  readonly etaSeconds: number | null;
  readonly stalledSeconds: number;
  readonly detached: boolean;
  readonly error: EngineError | null;
}

export interface WriteProgress {
  /** Bytes of the image to write, null while only its end will tell. */
  readonly bytesTotal: number | null;
  readonly bytesRead: number;
  /** Bytes taken from the file or URL itself, for a bar when `bytesTotal` is null. */
  readonly bytesConsumed: number | null;
  readonly bottleneck: { readonly kind: 'source' | 'decompression' | 'target'; readonly id: string | null } | null;
  readonly lanes: readonly LaneProgress[];
}

export interface LaneResult {
  readonly id: string;
  readonly state: LaneState;
  readonly error: EngineError | null;
  readonly bytesWritten: number;
  readonly bytesSkipped: number;
  readonly bytesVerified: number;
  readonly writeSeconds: number;
  readonly verifySeconds: number;
  readonly sha256: string | null;
}

export interface WriteResult {
  /** Bytes of the image, null when no disk lasted to its end. */
  readonly size: number | null;
  /** By algorithm, lower-case hexadecimal; empty when a block map left bytes out. */
  readonly checksums: Readonly<Record<string, string>>;
  readonly targets: readonly LaneResult[];
}

const REPORT_EVERY_MS = 100;

/**
 * Writes an image to any number of disks at once, each at its own pace and with
 * its own outcome: a disk that fails shows in the result and harms no other.
 *
 * What a disk is left with: cancelled or failed before its last step, it has a
 * zeroed first MiB, so nothing takes it for a usable disk.
 * @throws EngineError when the image itself is at fault; AbortError when cancelled. Either way no disk got its first MiB.
 */
export async function writeImage(options: WriteOptions): Promise<WriteResult> {
  const { image, map, signal } = options;
  const mapped = map?.mapped ?? null;
  const hashers = new Map(options.algorithms.filter((name) => name !== 'sha256').map((name) => [name, createHasher(name)]));
  const bmap = map && new BmapCheck(map);
  // Of what a map leaves out bytes of, it serves only to compare what is read back.
  const digest = mapped && !options.verify ? null : new RunningDigest();
  let bytesRead = 0;
  let end = 0;
  let checksums: Record<string, string> = {};
  let sourceState: 'reading' | 'good' | { readonly error: unknown } = 'reading';

  const feed = new Feed(image, mapped, (chunk) => {
    const bytes = chunk.buffer.subarray(0, chunk.length);
    if (!mapped) for (const hasher of hashers.values()) hasher.update(bytes);
    bmap?.see(chunk);
    options.see?.(chunk.offset, bytes);
    digest?.add(bytes);
    bytesRead += chunk.length;
    end = chunk.offset + chunk.length;
  });
  const lanes = options.targets.map((target) => ({
    lane: new Lane(target, mapped, options.stall ?? STALL_TIMEOUTS, signal),
    member: feed.subscribe(),
  }));
  const onAbort = (): void => feed.stop();
  signal.addEventListener('abort', onAbort, { once: true });

  const readSource = async (): Promise<SourceFacts> => {
    await feed.run();
    throwIfAborted(signal);
    if (!mapped && image.size !== null && end < image.size) {
      throw new EngineError('image-truncated', { format: 'raw', expected: image.size, actual: end });
    }
    if (end === 0) throw new EngineError('image-empty', { path: image.location });
    if (!mapped) {
      checksums = { ...(digest && { sha256: digest.hex() }), ...Object.fromEntries([...hashers].map(([name, hasher]) => [name, hasher.hex()])) };
      options.accept?.(checksums);
    }
    return { size: mapped ? (image.size ?? end) : end, marks: digest?.marks ?? [] };
  };
  const source = readSource().then(
    (facts) => {
      sourceState = 'good';
      return facts;
    },
    (error: unknown) => {
      sourceState = { error };
      throw error;
    },
  );
  source.catch(() => undefined);

  const wanted = mapped ? totalLength(mapped) : image.size;
  const progress = (): WriteProgress => {
    const bytesTotal = wanted ?? (sourceState === 'good' ? bytesRead : null);
    return {
      bytesTotal,
      bytesRead,
      bytesConsumed: feed.consumed(),
      bottleneck: bottleneck(image, lanes, waits),
      lanes: lanes.map(({ lane, member }) => laneProgress(lane, member, bytesTotal)),
    };
  };
  const waits = new WaitWatch(lanes);
  const ticker = setInterval(() => {
    waits.sample();
    options.report(progress());
  }, REPORT_EVERY_MS);

  try {
    await Promise.all(lanes.map(({ lane, member }) => runLane(lane, member, source, options.verify)));
    throwIfAborted(signal);
    const targets = lanes.map(({ lane }) => laneResult(lane));
    // With every disk lost there is nobody left to read for.
    if (sourceState === 'reading' && !feed.failed) return { size: null, checksums, targets };
    return { size: (await source).size, checksums, targets };
  } finally {
    clearInterval(ticker);
    signal.removeEventListener('abort', onAbort);
    feed.stop();
    options.report(progress());
  }
}

async function runLane(lane: Lane, member: Subscriber, source: Promise<SourceFacts>, verify: boolean): Promise<void> {
  try {
    await lane.write(member, source);
    if (verify) await lane.verify(await source);
    await lane.handBack();
  } catch (error) {
    member.leave();
    lane.fail(error);
  }
}

function laneProgress(lane: Lane, member: Subscriber, bytesTotal: number | null): LaneProgress {
  return {
    id: lane.target.id,
    state: lane.state,
    bytesDone: lane.bytesDone,
    bytesTotal,
    speed: lane.speed.bytesPerSecond(),
    etaSeconds: lane.speed.secondsFor(bytesTotal === null ? null : bytesTotal - lane.bytesDone),
    stalledSeconds: lane.stalledSeconds >= 3 ? lane.stalledSeconds : 0,
    detached: member.detached,
    error: lane.error,
  };
}

function laneResult(lane: Lane): LaneResult {
  const { state, error, bytesWritten, bytesSkipped, bytesVerified, writeSeconds, verifySeconds, sha256 } = lane;
  return { id: lane.target.id, state, error, bytesWritten, bytesSkipped, bytesVerified, writeSeconds, verifySeconds, sha256 };
}

interface Pair {
  readonly lane: Lane;
  readonly member: Subscriber;
}

/** Which share of the last second each disk spent waiting for data. */
class WaitWatch {
  readonly #pairs: readonly Pair[];
  readonly #history: { at: number; waited: number[] }[] = [];

  constructor(pairs: readonly Pair[]) {
    this.#pairs = pairs;
  }

  sample(now = performance.now()): void {
    this.#history.push({ at: now, waited: this.#pairs.map(({ member }) => member.waitedMs) });
    while (this.#history.length > 11) this.#history.shift();
  }

  /** 0 (never waits: the disk is what takes the time) to 1 (does nothing but wait). */
  share(index: number): number {
    const first = this.#history[0];
    const last = this.#history.at(-1);
    if (!first || !last || last.at === first.at) return 0;
    return (last.waited[index]! - first.waited[index]!) / (last.at - first.at);
  }
}

/** Waiting for more than this share of the time means that the disk is not what holds things up. */
const WAITS_MOSTLY = 0.5;

function bottleneck(image: ImageSource, lanes: readonly Pair[], waits: WaitWatch): WriteProgress['bottleneck'] {
  const busy = lanes.flatMap(({ lane }, index) =>
    lane.state === 'writing' || lane.state === 'verifying' || lane.state === 'finishing' ? [{ lane, waits: lane.state === 'writing' ? waits.share(index) : 0 }] : [],
  );
  if (busy.length === 0) return null;
  const slowest = busy.reduce((a, b) => (a.waits <= b.waits ? a : b));
  if (slowest.waits <= WAITS_MOSTLY) return { kind: 'target', id: slowest.lane.target.id };
  const packed = image.chain.length > 0 && !/^https?:/i.test(image.location);
  return { kind: packed ? 'decompression' : 'source', id: null };
}
