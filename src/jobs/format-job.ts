import { EngineError, formatStick } from '../../native-free-engine/index.ts';
import type { FormatPlan, PlainError, TargetOutcome } from '../contract/index.ts';
import type { JobEnvironment } from './context.ts';
import { lockDisks } from './disk-lock.ts';
import { nameOf, recheck, releaseChecked } from './identity.ts';
import { quietProgress } from './progress.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';

/** Gives a stick one fresh partition that every computer reads. */
export class FormatJob implements JobBody {
  readonly #plan: FormatPlan;
  readonly #environment: JobEnvironment;

  constructor(plan: FormatPlan, environment: JobEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
  }

  async run(signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const { disk: planned, fileSystem, label, eject } = this.#plan;
    const { identity } = planned;
    const { host } = this.#environment;
    const started = performance.now();
    const notes: PlainError[] = [];
    const note = (error: unknown): void => {
      if (error instanceof EngineError) notes.push(error.toPlain());
      else throw error;
    };
    tell(quietProgress('preparing'));
    const unlock = await lockDisks([{ id: identity.id, name: nameOf(identity) }]);
    try {
      await releaseChecked(host, planned, await recheck(host, planned), signal);
      const device = await host.targets.openTarget(identity, { wantZeros: false, allowSystemDisk: planned.systemDiskAllowed });
      try {
        await formatStick(device, {
          fileSystem,
          label,
          signal,
          onProgress: (bytes, total) => tell({ ...quietProgress('formatting', bytes, total), fraction: total > 0 ? bytes / total : null }),
        });
      } finally {
        await device.close();
      }
      await host.targets.reread(identity).catch(note);
      if (eject) tell(quietProgress('ejecting'));
      const ejected = eject ? await host.targets.eject(identity).catch((error: unknown) => (note(error), false)) : false;
      const target: TargetOutcome = { ...this.#blank('written'), ejected, notes, writeSeconds: (performance.now() - started) / 1000 };
      return { targets: [target], checksums: [], expectedMatched: null };
    } finally {
      await unlock();
    }
  }

  targetsSoFar(outcome: 'failed' | 'cancelled'): TargetOutcome[] {
    return [this.#blank(outcome)];
  }

  #blank(outcome: TargetOutcome['outcome']): TargetOutcome {
    const { identity, number } = this.#plan.disk;
    return {
      disk: identity.id, number, model: identity.model, serial: identity.serial, size: identity.size, outcome, error: null,
      bytesWritten: 0, bytesSkipped: 0, bytesVerified: 0, writeSeconds: 0, verifySeconds: 0, sha256: null, ejected: false, notes: [],
    };
  }
}
