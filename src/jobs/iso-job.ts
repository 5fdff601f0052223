import { EngineError, writeIso } from '../../native-free-engine/index.ts';
import type { IsoPlan, TargetOutcome } from '../contract/index.ts';
import { createDestination } from './destination.ts';
import { lockDisks } from './disk-lock.ts';
import { fileProgress } from './file-progress.ts';
import { imageLock } from './plan-capture.ts';
import { layOutIso } from './plan-disc.ts';
import { quietProgress } from './progress.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';

/** Makes an ISO of a folder. Cancelled or failed, it leaves no file behind. */
export class IsoJob implements JobBody {
  readonly #plan: IsoPlan;

  constructor(plan: IsoPlan) {
    this.#plan = plan;
  }

  async run(signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const { createdAt, destination: path, folder, overwrite, size } = this.#plan;
    tell(quietProgress('preparing'));
    const unlock = await lockDisks([{ id: imageLock(path), name: path }]);
    try {
      const { layout } = await layOutIso(this.#plan, new Date(createdAt), signal);
      // What the user agreed to, and nothing else.
      if (layout.size !== size || layout.files !== this.#plan.files) throw new EngineError('file-changed', { path: folder });
      const destination = await createDestination(path, 'raw', size, overwrite);
      try {
        const watch = fileProgress('writing', size, tell);
        const sink = {
          size,
          sectorSize: 2048,
          ordered: false,
          readsZero: true,
          writeAt: (offset: number, bytes: Uint8Array) => destination.take({ offset, bytes, padded: bytes }),
          flush: () => Promise.resolve(),
          close: () => Promise.resolve(),
        };
        const { sha256, files } = await writeIso(layout, sink, { signal, onProgress: watch });
        tell(quietProgress('finishing', size, size));
        await destination.commit();
        return { targets: [], checksums: [{ algorithm: 'sha256', hex: sha256, from: null }], expectedMatched: null, files };
      } catch (error) {
        await destination.discard();
        throw error;
      }
    } finally {
      await unlock();
    }
  }

  targetsSoFar(): TargetOutcome[] {
    return [];
  }
}
