import { isDeepStrictEqual } from 'node:util';
import { EngineError, isUrl, writeSticks, type LaneResult, type WriteProgress, type WriteTarget } from '../../native-free-engine/index.ts';
import type { TargetOutcome, WindowsStickPlan } from '../contract/index.ts';
import type { JobEnvironment } from './context.ts';
import { lockDisks } from './disk-lock.ts';
import { createDriverStore } from './drivers.ts';
import { nameOf } from './identity.ts';
import { quietProgress, togetherProgress, writingProgress } from './progress.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';
import { stallTimeouts } from './stall-timeouts.ts';
import { openWindowsIso, type WindowsIso } from './windows-media.ts';
import { planWindowsSticks, windowsExtras } from './windows-stick.ts';
import { WrittenDisks } from './written-disks.ts';

/** Makes Windows installation sticks of a confirmed plan. One that was cancelled or failed half way is blank. */
export class WindowsStickJob implements JobBody {
  readonly #plan: WindowsStickPlan;
  readonly #environment: JobEnvironment;
  readonly #disks: WrittenDisks;
  #progress: readonly WriteProgress[] = [];

  constructor(plan: WindowsStickPlan, environment: JobEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
    this.#disks = new WrittenDisks(plan.disks, environment.host, plan);
  }

  async run(signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const { disks, image } = this.#plan;
    tell(quietProgress('preparing'));
    const unlock = await lockDisks(disks.map(({ identity }) => ({ id: identity.id, name: nameOf(identity) })));
    try {
      const iso = await openWindowsIso(image.location, {
        signal, tempDir: this.#environment.tempDir, onUnpack: (bytes) => tell(quietProgress('unpacking', bytes)),
      });
      try {
        const lanes = await this.#write(iso, signal, tell);
        return {
          targets: disks.map((disk) => this.#disks.outcome(disk, lanes.find(({ id }) => id === disk.identity.id)!)),
          checksums: [],
          expectedMatched: null,
        };
      } finally {
        await iso.close();
      }
    } finally {
      await unlock();
    }
  }

  targetsSoFar(outcome: 'failed' | 'cancelled'): TargetOutcome[] {
    return this.#disks.soFar(outcome, this.#progress.flatMap(({ lanes }) => lanes));
  }

  async #write(iso: WindowsIso, signal: AbortSignal, tell: Tell): Promise<LaneResult[]> {
    const { image, extraFolder, customising, drivers, firmware, label, verify } = this.#plan;
    if (!isDeepStrictEqual(iso.info, image)) throw new EngineError('image-changed', { path: image.location });
    const extras = await windowsExtras({ extraFolder, customising, drivers }, createDriverStore(this.#environment.host), signal);
    if (!isDeepStrictEqual(extras.files, this.#plan.extras)) throw new EngineError('file-changed', { path: extraFolder ?? '' });
    const sources = [...(isUrl(image.location) ? [] : [image.location]), ...(extraFolder === null ? [] : [extraFolder])];
    const targets = await this.#disks.open(sources, signal);
    try {
      const sized = targets.map(({ id, device: { size, sectorSize } }) => ({ id, name: this.#nameOf(id), size, sectorSize }));
      const { sticks } = await planWindowsSticks(iso.media, { firmware, label, extras: extras.entries }, sized);
      return await writeSticks({
        groups: sticks.map(({ stick, disks }) => ({ stick, targets: targets.filter(({ id }) => disks.includes(id)) })),
        verify,
        stall: stallTimeouts(),
        signal,
        report: (progress) => {
          this.#progress = progress;
          tell(togetherProgress(progress.map((part) => writingProgress(part, verify, null))));
        },
      });
    } finally {
      // Those that finished are closed already; closing twice does no harm.
      for (const target of targets) void closeQuietly(target);
    }
  }

  #nameOf(id: string): string {
    const identity = this.#plan.disks.find((disk) => disk.identity.id === id)?.identity;
    return identity ? nameOf(identity) : id;
  }
}

const closeQuietly = (target: WriteTarget): Promise<void> => target.device.close().catch(() => undefined);
