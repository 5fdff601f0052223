import { hashTree, type FileHash, type OpenImageOptions } from '../../native-free-engine/index.ts';
import { openDisc } from './disc.ts';

export interface DiscSumsOptions {
  readonly signal: AbortSignal;
  /** Bytes read, of all there are. */
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * The SHA-256 of every file on a disc, in the order in which they lie there; nothing is written.
 * @throws EngineError `disc-packed`, and what opening and reading the disc throw; AbortError
 */
export async function* discSums(location: string, opening: OpenImageOptions, { signal, onProgress }: DiscSumsOptions): AsyncGenerator<FileHash> {
  const open = await openDisc(location, opening);
  try {
    yield* hashTree(open.disc.tree, { signal, onProgress: (done) => onProgress(done, open.info.bytes) });
  } finally {
    await open.close();
  }
}
