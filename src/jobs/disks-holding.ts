import { isUrl } from '../../native-free-engine/index.ts';
import type { Host } from '../host/host.ts';

/** Ids of the disks that hold any of these files and folders, those that are mounted inside of a folder as well; web addresses lie on none. @throws EngineError when it cannot be told: then nothing may be written */
export async function disksHolding({ disks }: Pick<Host, 'disks'>, sources: readonly string[]): Promise<string[]> {
  const found = await Promise.all(sources.filter((path) => !isUrl(path)).map((path) => disks.holding(path, { below: true })));
  return [...new Set(found.flat())];
}
