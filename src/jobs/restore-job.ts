import {
  EngineError, restoreImage, toEngineError, type BlockDevice, type RestoreLayout, type RestoreProgress, type RestoreResult, type RestoreState, type TargetRequest,
} from '../../native-free-engine/index.ts';
import type { Disk, ImagingOutcome, PlainError, RestorePlan, RestoreTarget, TargetOutcome, TargetProgress, TargetState } from '../contract/index.ts';
import type { JobEnvironment } from './context.ts';
import { lockDisks } from './disk-lock.ts';
import { nameOf, recheck, releaseChecked } from './identity.ts';
import { mapImage, type MappedImage } from './image-map.ts';
import { blankOutcome } from './imaging-outcome.ts';
import { imagingProgress } from './imaging-progress.ts';
import { disksHolding } from './disks-holding.ts';
import { quietProgress } from './progress.ts';
import { layoutFor, wishesOf } from './restore-layout.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';
import { stallTimeouts } from './stall-timeouts.ts';

/** A disk that is held against everybody else while the engine's threads write to it. */
interface Held {
  readonly planned: RestoreTarget;
  readonly layout: RestoreLayout;
  readonly device: BlockDevice;
  readonly sectorSize: number;
}

const STATES: Readonly<Record<RestoreState, TargetState>> = {
  preparing: 'waiting', writing: 'writing', zeroing: 'writing', verifying: 'verifying', finishing: 'finishing', done: 'done', failed: 'failed',
};

/** Restores an image to the disks of a confirmed plan; what it leaves when it is cut off can be gone on with. */
export class RestoreJob implements JobBody {
  readonly #plan: RestorePlan;
  readonly #environment: JobEnvironment;
  readonly #notes = new Map<string, PlainError[]>();
  readonly #grown: ImagingOutcome['grown'] = [];
  #limit: number;
  /** Whether a byte of any disk may have changed, by this run or the one that it goes on from. */
  #touched: boolean;
  #progress: RestoreProgress | null = null;

  constructor(plan: RestorePlan, environment: JobEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
    this.#limit = plan.bytesPerSecond;
    this.#touched = plan.resume;
  }

  async run(signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const plan = this.#plan;
    tell(quietProgress('preparing'));
    const unlock = await lockDisks(plan.disks.map(({ identity }) => ({ id: identity.id, name: nameOf(identity) })));
    try {
      const image = await mapImage(plan.image, { tempDir: this.#environment.tempDir, signal });
      const held = await this.#open(image, signal);
      const result = await this.#restore(image, held, signal, tell).finally(() => Promise.allSettled(held.map(({ device }) => device.close())));
      for (const one of held) if (result.targets.find(({ id }) => id === one.planned.identity.id)?.state === 'done') await this.#settle(one, signal, tell);
      const identifiers = plan.image.table === 'gpt' || plan.image.table === 'mbr' ? (plan.newIdentifiers ? 'new' : 'kept') : null;
      return { targets: plan.disks.map((disk) => this.#outcome(disk, result)), checksums: [], expectedMatched: null, imaging: { ...this.imagingSoFar(), identifiers } };
    } finally {
      await unlock();
    }
  }

  setLimit(bytesPerSecond: number): void {
    this.#limit = bytesPerSecond;
  }

  targetsSoFar(outcome: 'failed' | 'cancelled'): TargetOutcome[] {
    return this.#plan.disks.map((disk) => {
      const target = this.#progress?.targets.find(({ id }) => id === disk.identity.id);
      const untouched = this.#touched ? [] : [new EngineError('target-untouched', { disk: nameOf(disk.identity) }).toPlain()];
      const blank = this.#blank(disk);
      return { ...blank, outcome: target?.error ? 'failed' : outcome, error: target?.error?.toPlain() ?? null, notes: [...blank.notes, ...untouched] };
    });
  }

  imagingSoFar(): ImagingOutcome {
    const { image, resume, notes } = this.#plan;
    return {
      ...blankOutcome(image),
      leftOut: image.partitions.flatMap(({ number, leftOut }) => leftOut.map(({ name, bytes }) => ({ partition: number, name, bytes }))),
      grown: [...this.#grown],
      resumed: resume,
      notes: notes.filter(({ code }) => code === 'image-was-dirty' || code === 'no-hashes'),
    };
  }

  /** Every disk is looked at before any is touched: one that changed stops the whole job with nothing lost. */
  async #open(image: MappedImage, signal: AbortSignal): Promise<Held[]> {
    const { host } = this.#environment;
    const plan = this.#plan;
    const holding = await disksHolding(host, plan.image.files);
    const checked: { readonly planned: RestoreTarget; readonly found: Disk; readonly layout: RestoreLayout }[] = [];
    for (const planned of plan.disks) {
      if (holding.includes(planned.identity.id)) throw new EngineError('image-on-target', { disk: nameOf(planned.identity) });
      const found = await recheck(host, planned);
      checked.push({ planned, found, layout: layoutFor(image, planned.identity, found.logicalSectorSize, wishesOf(plan)) });
    }
    const held: Held[] = [];
    try {
      for (const { planned, found, layout } of checked) {
        await releaseChecked(host, planned, found, signal);
        // What an interrupted run has written must not be wiped, nor what is to be kept.
        const wantZeros = plan.rest === 'zero' && !plan.resume;
        // To make a disk read zeros takes away what was on it.
        if (wantZeros) this.#touched = true;
        const device = await host.targets.openTarget(planned.identity, { wantZeros, allowSystemDisk: planned.systemDiskAllowed });
        held.push({ planned, layout, device, sectorSize: found.logicalSectorSize });
      }
      return held;
    } catch (error) {
      await Promise.allSettled(held.map(({ device }) => device.close()));
      throw error;
    }
  }

  async #restore(image: MappedImage, held: readonly Held[], signal: AbortSignal, tell: Tell): Promise<RestoreResult> {
    const plan = this.#plan;
    const { host } = this.#environment;
    const targets = held.map(({ planned: { identity }, layout, device, sectorSize }): TargetRequest => ({
      id: identity.id,
      address: { path: identity.path, size: identity.size, sectorSize, wholeSectors: process.platform !== 'linux' },
      layout,
      readsZero: device.readsZero,
    }));
    return restoreImage({
      image: image.address,
      imageId: image.id,
      imageName: plan.image.name,
      used: image.map.used,
      sums: image.sums,
      targets,
      memory: plan.memory,
      verify: plan.verify,
      resume: plan.resume,
      bytesPerSecond: () => this.#limit,
      discard: async (id, extents) => {
        const identity = plan.disks.find((disk) => disk.identity.id === id)?.identity;
        if (identity) await host.growth.discard(identity, extents, signal);
      },
      stall: stallTimeouts(),
      signal,
      onWrite: () => (this.#touched = true),
      report: (progress) => {
        this.#progress = progress;
        tell(restoringProgress(progress, plan.verify));
      },
    });
  }

  /** The system rereads the table, and file systems grow; what does not work here is a remark, not a failure. */
  async #settle({ planned, layout }: Held, signal: AbortSignal, tell: Tell): Promise<void> {
    const { host } = this.#environment;
    const { identity } = planned;
    const notes: PlainError[] = [];
    this.#notes.set(identity.id, notes);
    const note = (error: unknown): void => void notes.push(toEngineError(error).toPlain());
    await host.targets.reread(identity).catch(note);
    for (const { number, grown, to, length, newLength, fileSystem } of layout.partitions) {
      if (!grown) continue;
      const tool = planned.layout.find((partition) => partition.number === number)?.growTool ?? null;
      if (tool !== null) tell(quietProgress('growing'));
      const filled = tool !== null && (await host.growth
        .grow({ disk: identity, partition: { number, offset: to, length: newLength }, fileSystem: fileSystem?.kind ?? '', signal })
        .then(() => true, (error: unknown) => (note(error), false)));
      this.#grown.push({ disk: identity.id, partition: number, from: length, to: newLength, fileSystem: filled });
    }
  }

  #blank({ identity, number }: RestoreTarget): TargetOutcome {
    return {
      disk: identity.id, number, model: identity.model, serial: identity.serial, size: identity.size, outcome: 'failed', error: null, bytesWritten: 0, bytesSkipped: 0,
      bytesVerified: 0, writeSeconds: 0, verifySeconds: 0, sha256: null, ejected: false, notes: this.#notes.get(identity.id) ?? [],
    };
  }

  #outcome(disk: RestoreTarget, result: RestoreResult): TargetOutcome {
    const target = result.targets.find(({ id }) => id === disk.identity.id)!;
    return {
      ...this.#blank(disk),
      outcome: target.state === 'failed' ? 'failed' : this.#plan.verify ? 'verified' : 'written',
      error: target.error?.toPlain() ?? null,
      bytesWritten: target.bytesMoved + target.bytesZeroed,
      bytesVerified: target.bytesVerified,
      writeSeconds: result.writeSeconds,
      verifySeconds: result.verifySeconds,
    };
  }
}

/** Writing and reading back are each half of a verified restore. */
function restoringProgress(progress: RestoreProgress, verify: boolean): Parameters<Tell>[0] {
  const { phase, bytesDone, bytesTotal } = progress;
  const within = bytesTotal > 0 ? Math.min(1, bytesDone / bytesTotal) : 0;
  const half = verify ? 0.5 : 1;
  const fraction = phase === 'writing' ? within * half : phase === 'zeroing' ? half : phase === 'verifying' ? half + within * half : 1;
  return {
    ...imagingProgress(phase === 'verifying' || phase === 'finishing' ? phase : 'restoring', progress, false),
    fraction,
    targets: progress.targets.map(({ id, state, error }): TargetProgress => ({
      disk: id, state: STATES[state], bytesDone, bytesTotal, speed: progress.speed, etaSeconds: progress.etaSeconds, stalledSeconds: progress.stalledSeconds,
      error: error?.toPlain() ?? null,
    })),
  };
}
