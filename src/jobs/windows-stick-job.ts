import { isDeepStrictEqual } from 'node:util';
import { EngineError, writeSticks, type FileHashes, type LaneResult, type WriteProgress, type WriteTarget } from '../../native-free-engine/index.ts';
import type { TargetOutcome, WindowsStickPlan } from '../contract/index.ts';
import type { JobEnvironment } from './context.ts';
import { lockDisks } from './disk-lock.ts';
import { createDriverStore } from './drivers.ts';
import { nameOf } from './identity.ts';
import { quietProgress, togetherProgress, writingProgress } from './progress.ts';
import { repackAll, within, type Repacked } from './repack.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';
import { stallTimeouts } from './stall-timeouts.ts';
import { openWindowsIso, type WindowsIso } from './windows-media.ts';
import { planWindowsSticks, stickSources, windowsExtras, type Extras } from './windows-stick.ts';
import { WrittenDisks } from './written-disks.ts';

/**
 * Makes Windows installation sticks of a confirmed plan. An install image that must be packed anew is so before any disk is touched.
 * A stick that was cancelled or failed half way is blank.
 */
export class WindowsStickJob implements JobBody {
  readonly #plan: WindowsStickPlan;
  readonly #environment: JobEnvironment;
  readonly #disks: WrittenDisks;
  #progress: readonly WriteProgress[] = [];
  #files: FileHashes | null = null;

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
          files: this.#files,
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
    const { image, extraFolder, customising, drivers } = this.#plan;
    if (!isDeepStrictEqual(iso.info, image)) throw new EngineError('image-changed', { path: image.location });
    const extras = await windowsExtras({ extraFolder, customising, drivers }, createDriverStore(this.#environment.host), signal);
    if (!isDeepStrictEqual(extras.files, this.#plan.extras)) throw new EngineError('file-changed', { path: extraFolder ?? '' });
    // Before any disk is touched: only now it is known how large it gets, and whether it fits.
    const repacked = await repackAll(iso.media, this.#plan, signal, tell, this.#environment.fat32?.largestFile);
    try {
      return await this.#writeSticks(iso, extras, repacked, signal, within(tell, repacked.share, 1));
    } finally {
      await repacked.close();
    }
  }

  async #writeSticks(iso: WindowsIso, extras: Extras, repacked: Repacked, signal: AbortSignal, tell: Tell): Promise<LaneResult[]> {
    const { image, firmware, label, verify } = this.#plan;
    const sources = stickSources({ ...this.#plan, location: image.location });
    const { fat32, host } = this.#environment;
    const plan = (disks: Parameters<typeof planWindowsSticks>[2]): ReturnType<typeof planWindowsSticks> =>
      planWindowsSticks(iso.media, { ...fat32, firmware, label, extras: extras.entries, repacked: repacked.wims }, disks);
    if (repacked.wims.size > 0) {
      // A disk that is opened to be written may lose what it holds: first it is seen whether all fits.
      const found = await Promise.all(this.#plan.disks.map(({ identity }) => host.disks.find(identity.id)));
      await plan(found.map(({ id, size, logicalSectorSize }) => ({ id, name: this.#nameOf(id), size, sectorSize: logicalSectorSize })));
    }
    const targets = await this.#disks.open(sources, signal);
    try {
      const { sticks } = await plan(targets.map(({ id, device: { size, sectorSize } }) => ({ id, name: this.#nameOf(id), size, sectorSize })));
      return await writeSticks({
        groups: sticks.map(({ stick, disks }) => ({ stick, targets: targets.filter(({ id }) => disks.includes(id)) })),
        verify,
        stall: stallTimeouts(),
        signal,
        onFiles: (files) => (this.#files = files),
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
