import { EngineError, verifyImage } from '../../native-free-engine/index.ts';
import type { ImagingOutcome, TargetOutcome, VerifyPlan } from '../contract/index.ts';
import { checkChain, resolveChain } from '../library/index.ts';
import { imagingProgress } from './imaging-progress.ts';
import { blankOutcome } from './imaging-outcome.ts';
import { foldersOf, ownImage } from './own-image.ts';
import { quietProgress } from './progress.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';

/** Compares an image, with all that it builds on, with the hashes in its manifest. */
export class VerifyJob implements JobBody {
  readonly #plan: VerifyPlan;

  constructor(plan: VerifyPlan) {
    this.#plan = plan;
  }

  async run(signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const { image, share, memory } = this.#plan;
    tell(quietProgress('preparing'));
    const own = await ownImage(image.location);
    if (own?.found.manifest.id !== image.identity?.id) throw new EngineError('image-changed', { path: image.location });
    const { backings, links } = own ? await resolveChain(own.found, foldersOf(image.chain)) : { backings: {}, links: [] };
    checkChain(image.location, links);
    const { clusters, checked, damaged } = await verifyImage({
      path: image.location, ...(own ? { found: { ...own.found, image: own.beside } } : {}), share, memory, backing: backings, signal, report: (progress) => tell(imagingProgress('verifying', progress, false)),
    });
    const imaging: ImagingOutcome = { ...blankOutcome(image), verified: { clusters, checked, damaged: damaged.map((place) => ({ ...place })) } };
    const first = damaged[0];
    const error = first ? new EngineError('image-cluster-corrupt', { path: image.location, offset: first.offset, count: damaged.length }) : null;
    return { targets: [], checksums: [], expectedMatched: error === null, imaging, ...(error ? { flaw: { outcome: 'failed', error } } : {}) };
  }

  targetsSoFar(): TargetOutcome[] {
    return [];
  }
}
