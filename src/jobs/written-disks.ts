import { EngineError, openDevice, type BlockDevice, type LaneProgress, type LaneResult, type WriteTarget } from '../../native-free-engine/index.ts';
import type { Disk, PlainError, PlannedDisk, TargetOutcome } from '../contract/index.ts';
import type { Host } from '../host/host.ts';
import { disksHolding } from './disks-holding.ts';
import { nameOf, recheck, releaseChecked } from './identity.ts';

/** What happened to a disk besides the writing itself. */
interface Aftermath {
  ejected: boolean;
  notes: PlainError[];
}

/** The disks of a plan that an image is written to: opened after one more look, settled when they are done, and what is said of them. */
export class WrittenDisks {
  readonly #planned: readonly PlannedDisk[];
  readonly #host: Host;
  readonly #options: { readonly verify: boolean; readonly eject: boolean };
  readonly #aftermath = new Map<string, Aftermath>();

  constructor(planned: readonly PlannedDisk[], host: Host, options: { readonly verify: boolean; readonly eject: boolean }) {
    this.#planned = planned;
    this.#host = host;
    this.#options = options;
  }

  /**
   * Opens all of them.
   * @param sources files and folders that are read from meanwhile
   * @throws EngineError `disk-changed`, `image-on-target`, and what opening throws; no disk was touched by a mistake in the first look
   */
  async open(sources: readonly string[], signal: AbortSignal): Promise<WriteTarget[]> {
    const targets: WriteTarget[] = [];
    try {
      // Every disk is looked at before any is touched: one that changed stops the whole job with nothing lost.
      const holding = await disksHolding(this.#host, sources);
      const checked: { readonly planned: PlannedDisk; readonly found: Disk }[] = [];
      for (const planned of this.#planned) {
        checked.push({ planned, found: await recheck(this.#host, planned) });
        if (holding.includes(planned.identity.id)) throw new EngineError('image-on-target', { disk: nameOf(planned.identity) });
      }
      for (const { planned, found } of checked) {
        const disk = await releaseChecked(this.#host, planned, found, signal);
        const device = await this.#host.targets.openTarget(planned.identity, { wantZeros: true, allowSystemDisk: planned.systemDiskAllowed });
        targets.push(this.#target(planned, disk, device));
      }
      return targets;
    } catch (error) {
      await Promise.allSettled(targets.map((target) => target.device.close()));
      throw error;
    }
  }

  outcome(disk: PlannedDisk, lane: LaneResult): TargetOutcome {
    const { id: _, state, error, ...figures } = lane;
    const outcome = state === 'done' ? (this.#options.verify ? 'verified' : 'written') : state === 'cancelled' ? 'cancelled' : 'failed';
    return { ...this.#heading(disk), outcome, error: error?.toPlain() ?? null, ...figures };
  }

  /** Of a job that did not get to its end. */
  soFar(outcome: 'failed' | 'cancelled', lanes: readonly LaneProgress[]): TargetOutcome[] {
    const byId = new Map(lanes.map((lane) => [lane.id, lane]));
    return this.#planned.map((disk) => {
      const lane = byId.get(disk.identity.id);
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
    const aftermath: Aftermath = { ejected: false, notes: [] };
    this.#aftermath.set(identity.id, aftermath);
    const note = (error: unknown): void => {
      const named = error instanceof EngineError ? error : new EngineError('unexpected', { detail: String(error) }, { cause: error });
      aftermath.notes.push(named.toPlain());
    };
    await this.#host.targets.reread(identity).catch(note);
    if (this.#options.eject) aftermath.ejected = await this.#host.targets.eject(identity).catch((error: unknown) => (note(error), false));
  }

  #heading({ identity, number }: PlannedDisk): Pick<TargetOutcome, 'disk' | 'number' | 'model' | 'serial' | 'size' | 'ejected' | 'notes'> {
    const { ejected, notes } = this.#aftermath.get(identity.id) ?? { ejected: false, notes: [] };
    return { disk: identity.id, number, model: identity.model, serial: identity.serial, size: identity.size, ejected, notes };
  }
}
