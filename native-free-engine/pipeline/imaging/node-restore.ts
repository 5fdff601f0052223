import { abortable, isAbort, throwIfAborted } from '../../base/abort.ts';
import { EngineError } from '../../base/errors.ts';
import { totalLength, type ExtentSet } from '../../base/extent.ts';
import type { Sums } from '../../images/manifest/sums.ts';
import { SpeedMeter } from '../speed-meter.ts';
import { STALL_TIMEOUTS, type StallTimeouts } from '../stall-ladder.ts';
import { crewSize } from './node-crew.ts';
import { runRestoreCrew } from './node-restore-crew.ts';
import { prepareTargets, unitFor } from './node-restore-prepare.ts';
import { shareSums, type ImageAddress, type SharedSums } from './node-restore-reader.ts';
import { RestoreTarget, type RestoreState, type TargetRequest } from './node-restore-target.ts';
import { DIGEST_BYTES, type RestoreWork, type WorkTarget } from './node-restore-worker-types.ts';
import { itemsBefore, itemsFor, itemStart, omittedFrom, restOf, type SharedItems } from './restore-work.ts';
import type { ImagingProgress, MemoryLevel } from './types.ts';

export interface RestoreOptions {
  readonly image: ImageAddress;
  /** What the image is known by, at most 64 characters: a half-restored disk names it. */
  readonly imageId: string;
  readonly imageName: string;
  /** The map's: what of the image's disk holds anything. */
  readonly used: ExtentSet;
  /** Null for images without hashes: what is written is then compared with itself. */
  readonly sums: Sums | null;
  readonly targets: readonly TargetRequest[];
  readonly memory: MemoryLevel;
  readonly verify: boolean;
  /** Go on where an earlier run stopped. */
  readonly resume: boolean;
  /** Asked all the time; 0 for as fast as it goes. */
  readonly bytesPerSecond?: () => number;
  /** Discards bytes of a target that hold nothing, for layouts with `rest: 'trim'`. A failure of it does no harm. */
  readonly discard?: (id: string, extents: ExtentSet) => Promise<void>;
  /** How often it is made sure that what was written lasts. */
  readonly checkpoints?: { readonly bytes: number; readonly seconds: number };
  readonly stall?: StallTimeouts;
  readonly signal: AbortSignal;
  /** Called right before the first byte goes onto any target. */
  readonly onWrite?: () => void;
  readonly report: (progress: RestoreProgress) => void;
}

export type RestorePhase = 'writing' | 'zeroing' | 'verifying' | 'finishing';

/** Bytes count within the phase. */
export interface RestoreProgress extends ImagingProgress {
  readonly phase: RestorePhase;
  readonly targets: readonly { readonly id: string; readonly state: RestoreState; readonly error: EngineError | null }[];
}

export interface RestoredTarget {
  readonly id: string;
  readonly state: 'done' | 'failed';
  readonly error: EngineError | null;
  /** Used bytes written in this run, those of the first MiB and of the tables aside. */
  readonly bytesMoved: number;
  readonly bytesZeroed: number;
  readonly bytesVerified: number;
}

export interface RestoreResult {
  readonly targets: readonly RestoredTarget[];
  readonly writeSeconds: number;
  readonly verifySeconds: number;
}

/** What is done again after a power cut: seconds of work, and on a fast disk not much of it either. */
const CHECKPOINTS = { bytes: 8 * 1024 ** 3, seconds: 10 };
/** To start a thread and open the image in it takes as long as to restore so many pieces. */
const ITEMS_WORTH_A_THREAD = 32;
/** Waiting shorter than this is no news. Seconds. */
const NOTICED_STALL = 30;

/**
 * Restores an image to any number of disks, read once. Each has its own outcome: one that fails harms no other.
 *
 * Cancelled, failed or cut off at any moment, a disk is left with a boot sector that says so, no table, and a marker
 * from which the same restore can go on; see restore-marker.ts.
 * @throws EngineError when the image is at fault, `resume-mismatch`; AbortError when cancelled
 */
export async function restoreImage(options: RestoreOptions): Promise<RestoreResult> {
  const shared = options.sums && shareSums(options.sums);
  const unit = unitFor(options.used, options.sums, options.image.location);
  const source = { imageId: options.imageId, used: options.used, sums: options.sums, shared };
  const prepared = await abortable(prepareTargets(options.image, source, options.targets), options.signal);
  const { imageId, imageName, signal, stall = STALL_TIMEOUTS } = options;
  const targets = prepared.targets.map(({ request, planHash, ...parts }) => new RestoreTarget(request, { ...parts, marker: { imageId, imageName, planHash } }, stall, signal));
  const run = new Restore(options, targets, { shared, unit, ordered: prepared.ordered });
  try {
    return await run.run();
  } finally {
    await Promise.all(targets.map((target) => target.close().catch(() => undefined)));
  }
}

class Restore {
  readonly #options: RestoreOptions;
  readonly #targets: readonly RestoreTarget[];
  readonly #shared: SharedSums | null;
  readonly #ordered: boolean;
  readonly #items: SharedItems;
  readonly #failed: Int32Array<SharedArrayBuffer>;
  readonly #omitted: readonly Float64Array<SharedArrayBuffer>[];
  readonly #recorded: readonly (Uint8Array<SharedArrayBuffer> | null)[];
  readonly #speed = new SpeedMeter();
  #lastReport = -Infinity;

  constructor(options: RestoreOptions, targets: readonly RestoreTarget[], image: { readonly shared: SharedSums | null; readonly unit: number; readonly ordered: boolean }) {
    this.#options = options;
    this.#targets = targets;
    this.#shared = image.shared;
    this.#ordered = image.ordered;
    this.#items = itemsFor(targets.map((target) => target.moves.body), image.unit);
    this.#failed = new Int32Array(new SharedArrayBuffer(Math.max(1, targets.length) * 4));
    this.#omitted = targets.map((target) => (image.shared && options.verify ? flat(omittedFrom(options.used, target.moves.body)) : flat([])));
    const wanted = (index: number): boolean => options.verify && (!image.shared || this.#omitted[index]!.length > 0);
    this.#recorded = targets.map((_, index) => (wanted(index) ? new Uint8Array(new SharedArrayBuffer(this.#items.count * DIGEST_BYTES)) : null));
  }

  async run(): Promise<RestoreResult> {
    const { verify } = this.#options;
    await this.#each('preparing', async (target) => {
      await target.open();
      if (this.#options.resume) await target.resume(this.#items.unit);
    });
    // Nothing was written yet: whoever cannot be resumed stops all.
    const refused = this.#targets.find((target) => target.error?.code === 'resume-mismatch');
    if (refused?.error) throw refused.error;
    throwIfAborted(this.#options.signal);
    if (this.#alive.length > 0) this.#options.onWrite?.();
    // One that was cut off before it got anywhere may still have its old tables.
    await this.#each('preparing', async (target) => {
      if (target.start === 0) await target.begin();
    });

    const started = performance.now();
    await this.#writeBody();
    await this.#clearRest();
    const written = performance.now();
    if (verify && this.#alive.length > 0) {
      this.#alive.forEach((target) => (target.state = 'verifying'));
      await this.#crew('verify', 0, new Uint8Array(new SharedArrayBuffer(this.#items.count)), () => undefined);
      await this.#each('verifying', async (target) => {
        const missing = bytesFrom(target, 0) - target.bytesVerified;
        // Nor that all was read back.
        if (missing !== 0) throw new EngineError('unexpected', { detail: `${missing} bytes were not read back` });
      });
    }
    const verified = performance.now();
    await this.#each('finishing', async (target) => {
      this.#report('finishing', 0, 0, 0);
      await target.finish(verify);
      await target.close();
      target.state = 'done';
    });
    this.#report('finishing', 0, 0, 0, true);
    return {
      targets: this.#targets.map(({ id, state, error, bytesMoved, bytesZeroed, bytesVerified }) => ({
        id, state: state === 'done' ? 'done' : 'failed', error, bytesMoved, bytesZeroed, bytesVerified,
      })),
      writeSeconds: (written - started) / 1000,
      verifySeconds: verify ? (verified - written) / 1000 : 0,
    };
  }

  get #alive(): RestoreTarget[] {
    return this.#targets.filter((target) => target.alive);
  }

  /** The same step on every target at once; who fails in it is out. @throws AbortError */
  async #each(state: RestoreState, step: (target: RestoreTarget) => Promise<void>): Promise<void> {
    throwIfAborted(this.#options.signal);
    await Promise.all(
      this.#alive.map(async (target) => {
        target.state = state;
        try {
          await step(target);
        } catch (error) {
          if (isAbort(error)) throw error;
          this.#fail(target, error);
        }
      }),
    );
  }

  #fail(target: RestoreTarget, error: unknown): void {
    Atomics.store(this.#failed, this.#targets.indexOf(target), 1);
    target.fail(error);
  }

  async #writeBody(): Promise<void> {
    const alive = this.#alive;
    if (alive.length === 0) return;
    const items = this.#items;
    const end = items.count === 0 ? 0 : itemStart(items, items.count - 1) + items.unit;
    const first = itemsBefore(items, Math.min(...alive.map((target) => target.start)));
    const done = new Uint8Array(new SharedArrayBuffer(items.count)).fill(1, 0, first);
    const every = this.#options.checkpoints ?? CHECKPOINTS;
    let lowest = first;
    let last = { at: performance.now(), bytes: 0 };
    const onTick = (bytes: number): void => {
      if (bytes - last.bytes < every.bytes && performance.now() - last.at < every.seconds * 1000) return;
      const before = lowest;
      while (lowest < items.count && Atomics.load(done, lowest) === 1) lowest++;
      last = { at: performance.now(), bytes };
      if (lowest === before || lowest === items.count) return;
      const position = itemStart(items, lowest);
      for (const target of this.#alive) if (target.start < position) target.checkpoint(position);
    };
    alive.forEach((target) => (target.state = 'writing'));
    await this.#crew('write', first, done, onTick);
    await this.#each('writing', async (target) => {
      await target.settled();
      await target.flush();
      const missing = bytesFrom(target, target.start) - target.bytesMoved;
      // No report may say that all went well when anything was left out, whatever the reason.
      if (missing !== 0 || done.includes(0)) throw new EngineError('unexpected', { detail: `${missing} bytes were not written` });
      target.checkpoint(end);
      await target.settled();
    });
  }

  async #clearRest(): Promise<void> {
    const of = (target: RestoreTarget): ExtentSet => restOf(target.layout.region, target.moves.body);
    const rests = new Map(this.#alive.map((target) => [target, target.layout.rest === 'zero' && !target.readsZero ? of(target) : []]));
    const total = [...rests.values()].reduce((sum, rest) => sum + totalLength(rest), 0);
    let done = 0;
    await this.#each('zeroing', async (target) => {
      if (target.layout.rest === 'trim') await this.#options.discard?.(target.id, of(target)).catch(() => undefined);
      await target.zero(rests.get(target) ?? [], (bytes) => {
        done += bytes;
        this.#report('zeroing', done, total, target.stalledSeconds);
      });
    });
  }

  async #crew(mode: RestoreWork['mode'], first: number, done: Uint8Array<SharedArrayBuffer>, onTick: (bytes: number) => void): Promise<void> {
    const { image, memory, signal, stall = STALL_TIMEOUTS, bytesPerSecond = () => 0 } = this.#options;
    const items = this.#items;
    if (items.count === first) return;
    const phase = mode === 'write' ? 'writing' : 'verifying';
    const total = Math.max(0, ...this.#alive.map((target) => bytesFrom(target, mode === 'write' ? target.start : 0)));
    const moved = new BigInt64Array(new SharedArrayBuffer(Math.max(1, this.#targets.length) * 8));
    const work = {
      mode, image, sums: this.#shared, items, first, done, failed: this.#failed, moved,
      targets: this.#targets.map((target, index): WorkTarget => ({
        address: target.address, moves: target.moves.body, start: target.start, omitted: this.#omitted[index]!, recorded: this.#recorded[index]!,
      })),
      uniform: new Set(this.#targets.map((target) => target.moves.body)).size === 1,
    };
    this.#speed.reset();
    await runRestoreCrew({
      work, stall, signal, bytesPerSecond, ordered: this.#ordered,
      size: this.#ordered ? 1 : Math.min(crewSize(memory), Math.ceil((items.count - first) / ITEMS_WORTH_A_THREAD)),
      onFailed: (index, error) => this.#targets[index]!.fail(error),
      onTick: (bytes, waited) => {
        onTick(bytes);
        this.#report(phase, bytes, total, Math.max(waited, ...this.#alive.map((target) => target.stalledSeconds)));
      },
    });
    this.#targets.forEach((target, index) => {
      const bytes = Number(Atomics.load(moved, index));
      if (mode === 'write') target.bytesMoved = bytes;
      else target.bytesVerified = bytes;
    });
  }

  #report(phase: RestorePhase, bytesDone: number, bytesTotal: number, waited: number, always = false): void {
    const now = performance.now();
    this.#speed.add(bytesDone, now);
    if (!always && now - this.#lastReport < 100) return;
    this.#lastReport = now;
    this.#options.report({
      phase, bytesDone, bytesTotal, speed: this.#speed.bytesPerSecond(), etaSeconds: this.#speed.secondsFor(Math.max(0, bytesTotal - bytesDone)),
      stored: 0, retrying: false, badBytes: 0, stalledSeconds: waited >= NOTICED_STALL ? Math.floor(waited) : 0,
      targets: this.#targets.map(({ id, state, error }) => ({ id, state, error })),
    });
  }
}

function flat(extents: ExtentSet): Float64Array<SharedArrayBuffer> {
  const out = new Float64Array(new SharedArrayBuffer(extents.length * 16));
  extents.forEach(({ offset, length }, i) => out.set([offset, offset + length], 2 * i));
  return out;
}

/** Bytes of the body that come from byte `start` of the image on or later. */
function bytesFrom(target: RestoreTarget, start: number): number {
  const { from, length } = target.moves.body;
  let sum = 0;
  for (let i = 0; i < from.length; i++) sum += Math.max(0, from[i]! + length[i]! - Math.max(start, from[i]!));
  return sum;
}
