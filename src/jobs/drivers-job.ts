import { isDeepStrictEqual } from 'node:util';
import { EngineError, SpeedMeter, updateMedium } from '../../native-free-engine/index.ts';
import type { DriversPlan, PlainError, PlannedDisk, TargetOutcome, TargetState } from '../contract/index.ts';
import type { JobEnvironment } from './context.ts';
import { lockDisks } from './disk-lock.ts';
import { withMedium } from './driver-medium.ts';
import { createDriverStore } from './drivers.ts';
import { nameOf, recheck } from './identity.ts';
import { compareDrivers } from './plan-drivers.ts';
import { quietProgress } from './progress.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';

/** Brings the drivers of a stick up to date. Cancelled or failed, every driver on it is whole: the old one, the new one, or both. */
export class DriversJob implements JobBody {
  readonly #plan: DriversPlan;
  readonly #environment: JobEnvironment;
  #copied = 0;

  constructor(plan: DriversPlan, environment: JobEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
  }

  async run(signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const { disk: planned, wish, changes, others, eject } = this.#plan;
    const { identity } = planned;
    const { host } = this.#environment;
    const name = nameOf(identity);
    tell(quietProgress('preparing'));
    const unlock = await lockDisks([{ id: identity.id, name }]);
    try {
      await recheck(host, mayBeMounted(planned));
      const { chosen } = await createDriverStore(host).find(wish, signal);
      const started = performance.now();
      const meter = new SpeedMeter();
      await withMedium(host, identity, { write: true, signal }, async (root) => {
        const now = await compareDrivers(root, chosen);
        if (!isDeepStrictEqual(now, { changes, others })) throw new EngineError('drivers-changed', { disk: name });
        await updateMedium(root, chosen, { signal, onProgress: (bytes) => (meter.add(bytes), this.#tell(tell, 'writing', bytes, meter)) });
        this.#tell(tell, 'finishing', this.#copied, meter);
      });
      const writeSeconds = (performance.now() - started) / 1000;
      const notes: PlainError[] = [];
      if (eject) tell(quietProgress('ejecting'));
      const ejected = eject && await host.targets.eject(identity).catch((error: unknown) => {
        if (!(error instanceof EngineError)) throw error;
        notes.push(error.toPlain());
        return false;
      });
      return { targets: [{ ...this.#blank('written'), bytesWritten: this.#copied, writeSeconds, ejected, notes }], checksums: [], expectedMatched: null };
    } finally {
      await unlock();
    }
  }

  targetsSoFar(outcome: 'failed' | 'cancelled'): TargetOutcome[] {
    return [{ ...this.#blank(outcome), bytesWritten: this.#copied }];
  }

  #tell(tell: Tell, state: TargetState & ('writing' | 'finishing'), done: number, meter: SpeedMeter): void {
    const { disk: { identity }, bytes } = this.#plan;
    this.#copied = done;
    const speed = meter.bytesPerSecond();
    const etaSeconds = meter.secondsFor(bytes - done);
    tell({
      ...quietProgress(state, done, bytes, speed), etaSeconds, fraction: bytes > 0 ? Math.min(1, done / bytes) : null,
      targets: [{ disk: identity.id, state, bytesDone: done, bytesTotal: bytes, speed, etaSeconds, stalledSeconds: 0, error: null }],
    });
  }

  #blank(outcome: TargetOutcome['outcome']): TargetOutcome {
    const { identity, number } = this.#plan.disk;
    return {
      disk: identity.id, number, model: identity.model, serial: identity.serial, size: identity.size, outcome, error: null,
      bytesWritten: 0, bytesSkipped: 0, bytesVerified: 0, writeSeconds: 0, verifySeconds: 0, sha256: null, ejected: false, notes: [],
    };
  }
}

/** Somebody's desktop mounting the stick meanwhile is no other stick. */
const mayBeMounted = (planned: PlannedDisk): PlannedDisk => ({ ...planned, confirm: [...planned.confirm, { code: 'mounted', params: {} }] });
