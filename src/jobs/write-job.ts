import { EngineError, isUrl, openImage, writeImage, type ImageSource, type WriteProgress } from '../../native-free-engine/index.ts';
import type { Report, TargetOutcome, WritePlan } from '../contract/index.ts';
import type { JobEnvironment } from './context.ts';
import { nameOf } from './identity.ts';
import { lockDisks } from './disk-lock.ts';
import { mapOf } from './inspect.ts';
import { StoredChecksum } from './stored-checksum.ts';
import { quietProgress, writingProgress } from './progress.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';
import { stallTimeouts } from './stall-timeouts.ts';
import { WrittenDisks } from './written-disks.ts';

/** Writes an image to the disks of a confirmed plan. */
export class WriteJob implements JobBody {
  readonly #plan: WritePlan;
  readonly #environment: JobEnvironment;
  readonly #disks: WrittenDisks;
  #progress: WriteProgress | null = null;

  constructor(plan: WritePlan, environment: JobEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
    this.#disks = new WrittenDisks(plan.disks, environment.host, plan);
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
    return this.#disks.soFar(outcome, this.#progress?.lanes ?? []);
  }

  async #write(image: ImageSource, checksum: StoredChecksum, signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const plan = this.#plan;
    if (image.size !== plan.image.size || image.storedSize !== plan.image.storedSize) {
      throw new EngineError('image-changed', { path: image.location });
    }
    const map = plan.image.mappedBytes === null ? null : await mapOf(image, signal);
    await checksum.checkBefore(signal, (bytes, speed) => tell(quietProgress('checking', bytes, image.storedSize, speed)));
    const targets = await this.#disks.open(isUrl(plan.image.location) ? [] : [plan.image.location], signal);
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
      targets: plan.disks.map((disk) => this.#disks.outcome(disk, result.targets.find(({ id }) => id === disk.identity.id)!)),
      checksums: [...checksumsOf(result.checksums), ...checksum.found],
      expectedMatched: checksum.matched,
    };
  }
}

function checksumsOf(byAlgorithm: Readonly<Record<string, string>>): Report['checksums'] {
  return Object.entries(byAlgorithm).map(([algorithm, hex]) => ({ algorithm: algorithm as 'sha256' | 'sha1' | 'md5', hex, from: null }));
}

