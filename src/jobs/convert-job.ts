import { convertImage, EngineError, openDiskImage } from '../../native-free-engine/index.ts';
import type { ConvertPlan, ImagingOutcome, TargetOutcome } from '../contract/index.ts';
import { checkChain, resolveChain } from '../library/index.ts';
import type { JobEnvironment } from './context.ts';
import { lockDisks } from './disk-lock.ts';
import { blankOutcome } from './imaging-outcome.ts';
import { imagingProgress } from './imaging-progress.ts';
import { foldersOf, ownImage } from './own-image.ts';
import { imageLock } from './plan-capture.ts';
import { quietProgress } from './progress.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';

/** Writes the disk in an image into a file of another format. */
export class ConvertJob implements JobBody {
  readonly #plan: ConvertPlan;
  readonly #environment: JobEnvironment;

  constructor(plan: ConvertPlan, environment: JobEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
  }

  async run(signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const { image: info, destination, format, overwrite } = this.#plan;
    tell(quietProgress('preparing'));
    const unlock = await lockDisks([{ id: imageLock(destination), name: destination }]);
    try {
      const backings = await this.#backings();
      const source = await openDiskImage(info.location, {
        signal, tempDir: this.#environment.tempDir,
        ...(backings ? { findBacking: (recorded) => Promise.resolve(backings[recorded] ?? null) } : {}),
      });
      try {
        const { usedBytes, storedBytes } = await convertImage({
          source, to: destination, format, overwrite, signal, report: (progress) => tell(imagingProgress('converting', progress, true)),
        });
        const imaging: ImagingOutcome = { ...blankOutcome(info), usedBytes, storedBytes };
        return { targets: [], checksums: [], expectedMatched: null, imaging };
      } finally {
        await source.close();
      }
    } finally {
      await unlock();
    }
  }

  targetsSoFar(): TargetOutcome[] {
    return [];
  }

  /** Null for an image of another program: what it builds on lies where it says. */
  async #backings(): Promise<Readonly<Record<string, string>> | null> {
    const { location, identity, chain } = this.#plan.image;
    if (!identity) return null;
    const own = await ownImage(location);
    if (own?.found.manifest.id !== identity.id) throw new EngineError('image-changed', { path: location });
    const { links, backings } = await resolveChain(own.found, foldersOf(chain));
    checkChain(location, links);
    return backings;
  }
}
