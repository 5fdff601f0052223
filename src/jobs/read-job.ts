import { EngineError, readDisk, type ErrorCode } from '../../native-free-engine/index.ts';
import type { ReadPlan, TargetOutcome } from '../contract/index.ts';
import type { JobEnvironment } from './context.ts';
import { createDestination } from './destination.ts';
import { lockDisks } from './disk-lock.ts';
import { checkSameDisk, nameOf } from './identity.ts';
import { quietProgress } from './progress.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';

/** What goes wrong with the disk that is read has names of its own: it is the source here, not the target. */
const AS_SOURCE: Partial<Record<ErrorCode, ErrorCode>> = {
  'target-gone': 'source-disk-gone',
  'target-read-failed': 'source-disk-read-failed',
};

/** Reads a disk into an image file. Cancelled or failed, it leaves no file behind. */
export class ReadJob implements JobBody {
  readonly #plan: ReadPlan;
  readonly #environment: JobEnvironment;

  constructor(plan: ReadPlan, environment: JobEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
  }

  async run(signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const { disk, destination: path, format, overwrite } = this.#plan;
    const { host } = this.#environment;
    tell(quietProgress('preparing'));
    const unlock = await lockDisks([
      { id: disk.id, name: nameOf(disk) },
      { id: `image:${path}`, name: path },
    ]);
    try {
      checkSameDisk(disk, await host.disks.identify(disk.id));
      const source = await host.targets.openSource(disk);
      try {
        const destination = await createDestination(path, format, source.size, overwrite);
        try {
          const { sha256 } = await readDisk({
            source,
            destination,
            signal,
            report: ({ bytesDone, bytesTotal, speed, etaSeconds, waitsForDestination }) =>
              tell({
                ...quietProgress('reading', bytesDone, bytesTotal, speed),
                fraction: bytesTotal > 0 ? bytesDone / bytesTotal : null,
                etaSeconds,
                bottleneck: waitsForDestination ? { kind: 'target', disk: null } : { kind: 'source', disk: disk.id },
              }),
          });
          tell(quietProgress('finishing', source.size, source.size));
          await destination.commit();
          return { targets: [], checksums: [{ algorithm: 'sha256', hex: sha256, from: null }], expectedMatched: null };
        } catch (error) {
          await destination.discard();
          throw asSourceError(error);
        }
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
}

function asSourceError(error: unknown): unknown {
  if (!(error instanceof EngineError)) return error;
  const code = AS_SOURCE[error.code];
  return code ? new EngineError(code, error.params, { cause: error.cause }) : error;
}
