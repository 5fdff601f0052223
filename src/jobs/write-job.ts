import {
  EngineError, isUrl, openDevice, openImage, writeImage,
  type BlockDevice, type ImageSource, type LaneResult, type WriteProgress, type WriteTarget,
} from '../../native-free-engine/index.ts';
import type { Disk, PlainError, PlannedDisk, Report, TargetOutcome, WritePlan } from '../contract/index.ts';
import type { JobEnvironment } from './context.ts';
import { nameOf, recheck, releaseChecked } from './identity.ts';
import { lockDisks } from './disk-lock.ts';
import { mapOf } from './inspect.ts';
import { StoredChecksum } from './stored-checksum.ts';
import { quietProgress, writingProgress } from './progress.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';
import { stallTimeouts } from './stall-timeouts.ts';

/** What happened to a disk besides the writing itself. */
interface Aftermath {
  ejected: boolean;
  notes: PlainError[];
}

/** Writes an image to the disks of a confirmed plan. */
export class WriteJob implements JobBody {
  readonly #plan: WritePlan;
  readonly #environment: JobEnvironment;
  readonly #aftermath = new Map<string, Aftermath>();
  #progress: WriteProgress | null = null;

  constructor(plan: WritePlan, environment: JobEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
  }

  async run(signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const plan = this.#plan;
    tell(quietProgress('preparing'));
    const unlock = await lockDisks(plan.disks.map(({ identity }) => ({ id: identity.id, name: nameOf(identity) })));
    try {
      const checksum = new StoredChecksum(plan.image, plan.expected);
      const image = await openImage(plan.image.location, {
        signal,
        tempDir: this.#environment.tempDir,
        onUnpack: (bytes) => tell(quietProgress('unpacking', bytes)),
        ...(checksum.onStored ? { onStored: checksum.onStored } : {}),
      });
      try {
        return await this.#write(image, checksum, signal, tell);
      } finally {
        await image.close();
      }
    } finally {
      await unlock();
    }
  }

  targetsSoFar(outcome: 'failed' | 'cancelled'): TargetOutcome[] {
    const lanes = new Map(this.#progress?.lanes.map((lane) => [lane.id, lane]));
    return this.#plan.disks.map((disk) => {
      const lane = lanes.get(disk.identity.id);
      return {
        ...this.#heading(disk),
        outcome: lane?.error ? 'failed' : outcome,
        error: lane?.error?.toPlain() ?? null,
        bytesWritten: lane?.state === 'writing' ? lane.bytesDone : 0,
        bytesSkipped: 0,
        bytesVerified: 0,
        writeSeconds: 0,
        verifySeconds: 0,
        sha256: null,
      };
    });
  }

  async #write(image: ImageSource, checksum: StoredChecksum, signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const plan = this.#plan;
    if (image.size !== plan.image.size || image.storedSize !== plan.image.storedSize) {
      throw new EngineError('image-changed', { path: image.location });
    }
    const map = plan.image.mappedBytes === null ? null : await mapOf(image, signal);
    await checksum.checkBefore(signal, (bytes, speed) => tell(quietProgress('checking', bytes, image.storedSize, speed)));
    const targets = await this.#openTargets(signal);
    let result: Awaited<ReturnType<typeof writeImage>>;
    try {
      result = await writeImage({
        image,
        map,
        targets,
        algorithms: plan.expected ? [plan.expected.algorithm] : [],
        accept: (checksums) => checksum.checkAfter(checksums),
        verify: plan.verify,
        stall: stallTimeouts(),
        signal,
        report: (progress) => {
          this.#progress = progress;
          tell(writingProgress(progress, plan.verify, image.storedSize));
        },
      });
    } finally {
      // Those that finished are closed already; closing twice does no harm.
      for (const target of targets) void target.device.close().catch(() => undefined);
    }
    return {
      targets: plan.disks.map((disk) => this.#outcome(disk, result.targets)),
      checksums: [...checksumsOf(result.checksums), ...checksum.found],
      expectedMatched: checksum.matched,
    };
  }

  async #openTargets(signal: AbortSignal): Promise<WriteTarget[]> {
    const { host } = this.#environment;
    const targets: WriteTarget[] = [];
    try {
      // Every disk is looked at before any is touched: one that changed stops the whole job with nothing lost.
      const holding = isUrl(this.#plan.image.location) ? [] : await host.disks.holding(this.#plan.image.location);
      const checked: { readonly planned: PlannedDisk; readonly found: Disk }[] = [];
      for (const planned of this.#plan.disks) {
        checked.push({ planned, found: await recheck(host, planned) });
        if (holding.includes(planned.identity.id)) throw new EngineError('image-on-target', { disk: nameOf(planned.identity) });
      }
      for (const { planned, found } of checked) {
        const disk = await releaseChecked(host, planned, found, signal);
        const device = await host.targets.openTarget(planned.identity, { wantZeros: true, allowSystemDisk: planned.systemDiskAllowed });
        targets.push(this.#target(planned, disk, device));
      }
      return targets;
    } catch (error) {
      await Promise.allSettled(targets.map((target) => target.device.close()));
      throw error;
    }
  }

  #target(planned: PlannedDisk, disk: Disk, device: BlockDevice): WriteTarget {
    const { identity } = planned;
    const { size, sectorSize } = device;
    return {
      id: identity.id,
      device,
      reopen: disk.practice ? null : () => openDevice(identity.path, { write: true, size, sectorSize }),
      finished: () => this.#settle(planned),
    };
  }

  /** The system rereads the table and the stick is ejected; what does not work here is a remark, not a failure. */
  async #settle({ identity }: PlannedDisk): Promise<void> {
    const { host } = this.#environment;
    const aftermath: Aftermath = { ejected: false, notes: [] };
    this.#aftermath.set(identity.id, aftermath);
    const note = (error: unknown): void => {
      const named = error instanceof EngineError ? error : new EngineError('unexpected', { detail: String(error) }, { cause: error });
      aftermath.notes.push(named.toPlain());
    };
    await host.targets.reread(identity).catch(note);
    if (this.#plan.eject) aftermath.ejected = await host.targets.eject(identity).catch((error: unknown) => (note(error), false));
  }

  #heading({ identity, number }: PlannedDisk): Pick<TargetOutcome, 'disk' | 'number' | 'model' | 'serial' | 'size' | 'ejected' | 'notes'> {
    const { ejected, notes } = this.#aftermath.get(identity.id) ?? { ejected: false, notes: [] };
    return { disk: identity.id, number, model: identity.model, serial: identity.serial, size: identity.size, ejected, notes };
  }

  #outcome(disk: PlannedDisk, lanes: readonly LaneResult[]): TargetOutcome {
    const { id: _, state, error, ...figures } = lanes.find((lane) => lane.id === disk.identity.id)!;
    const outcome = state === 'done' ? (this.#plan.verify ? 'verified' : 'written') : state === 'cancelled' ? 'cancelled' : 'failed';
    return { ...this.#heading(disk), outcome, error: error?.toPlain() ?? null, ...figures };
  }
}

function checksumsOf(byAlgorithm: Readonly<Record<string, string>>): Report['checksums'] {
  return Object.entries(byAlgorithm).map(([algorithm, hex]) => ({ algorithm: algorithm as 'sha256' | 'sha1' | 'md5', hex, from: null }));
}

