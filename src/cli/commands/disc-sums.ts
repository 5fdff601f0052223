import { tmpdir } from 'node:os';
import { sumLine } from '../../../native-free-engine/index.ts';
import { discSums } from '../../jobs/index.ts';
import { endWell, type Context } from '../context.ts';
import { withProgress } from '../with-progress.ts';

/** `werkbank inspect ISO --sha256`: every file of a disc is read; a line each as sha256sum takes it. */
export async function showDiscSums(context: Context, location: string): Promise<number> {
  await withProgress(context, async (signal, onProgress) => {
    for await (const file of discSums(location, { tempDir: tmpdir(), signal }, { signal, onProgress })) {
      context.emit({ event: 'file', file });
      context.say(sumLine(file.sha256, file.path).trimEnd());
    }
  });
  return endWell(context);
}
