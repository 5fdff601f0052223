import { extractTree } from '../../native-free-engine/index.ts';
import type { ExtractPlan, TargetOutcome } from '../contract/index.ts';
import type { JobEnvironment } from './context.ts';
import { openDisc } from './disc.ts';
import { lockDisks } from './disk-lock.ts';
import { fileProgress } from './file-progress.ts';
import { quietProgress } from './progress.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';

/** Writes files of a disc into a folder. Cancelled or failed, whole files stay, and no half one. */
export class ExtractJob implements JobBody {
  readonly #plan: ExtractPlan;
  readonly #environment: JobEnvironment;

  constructor(plan: ExtractPlan, environment: JobEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
  }

  async run(signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const { image, folder, paths, overwrite, bytes } = this.#plan;
    tell(quietProgress('preparing'));
    const unlock = await lockDisks([{ id: `folder:${folder}`, name: folder }]);
    try {
      const open = await openDisc(image.location, { signal, tempDir: this.#environment.tempDir });
      try {
        const watch = fileProgress('writing', bytes, tell);
        await extractTree(open.disc.tree, folder, { paths, overwrite, signal, onProgress: watch });
        return { targets: [], checksums: [], expectedMatched: null };
      } finally {
        await open.close();
      }
    } finally {
      await unlock();
    }
  }

  targetsSoFar(): TargetOutcome[] {
    return [];
  }
}
