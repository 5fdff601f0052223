import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfAborted } from '../../../native-free-engine/index.ts';
import type { CommandResult, CommandRunner } from '../command.ts';
import { patient } from '../patience.ts';

/** What looks at every disk that appears, an indexer, a file manager, a listing of disks, lets go of it soon. */
const LETS_GO_MS = 3_000;
const PAUSE_MS = 400;

/**
 * Unmounts what is mounted at a folder, and asks again while somebody just looks at it. What was written is on its disk then, which takes as long as it takes.
 * @returns the last answer of `umount`
 * @throws AbortError
 */
export async function unmount(run: CommandRunner, folder: string, signal?: AbortSignal): Promise<CommandResult> {
  const until = performance.now() + patient(LETS_GO_MS);
  for (;;) {
    const answer = await run('umount', ['--', folder], { longLived: true, ...(signal ? { signal } : {}) });
    if (answer.code === 0 || !/busy/i.test(answer.stderr) || performance.now() >= until) return answer;
    await sleep(PAUSE_MS);
    throwIfAborted(signal);
  }
}
