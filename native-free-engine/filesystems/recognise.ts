import { readBytes } from '../io/read-bytes.ts';
import type { BlockSource } from '../io/types.ts';
import { recogniseBtrfs } from './btrfs/recognise.ts';
import {
  recogniseApfs,
  recogniseBitLocker,
  recogniseHfsPlus,
  recogniseLuks,
  recogniseLvm,
  recogniseRaid,
  recogniseRefs,
  recogniseSquashfs,
} from './by-name/recognise.ts';
import { recogniseExfat } from './exfat/recognise.ts';
import { recogniseExt } from './ext/recognise.ts';
import { recogniseFat } from './fat/recognise.ts';
import { recogniseIso9660 } from './iso9660/recognise.ts';
import { recogniseNtfs } from './ntfs/recognise.ts';
import { recogniseSwap } from './swap/recognise.ts';
import { optional } from './optional.ts';
import { HEAD_BYTES, type FileSystemFacts, type Recogniser } from './types.ts';
import { recogniseUdf } from './udf/recognise.ts';
import { recogniseXfs } from './xfs/recognise.ts';

/**
 * The order is blkid's: first what wraps a whole volume, and would show the
 * file system inside it to those who look at the start only; UDF before
 * ISO 9660, because a bridge disc has both and means the first.
 */
const RECOGNISERS: readonly Recogniser[] = [
  recogniseRaid,
  recogniseLuks,
  recogniseBitLocker,
  recogniseLvm,
  recogniseNtfs,
  recogniseExfat,
  recogniseRefs,
  recogniseFat,
  recogniseExt,
  recogniseXfs,
  recogniseBtrfs,
  recogniseSwap,
  recogniseUdf,
  recogniseIso9660,
  recogniseSquashfs,
  recogniseApfs,
  recogniseHfsPlus,
];

/**
 * Says which file system lies in `source`, or null. Reads at most some
 * megabytes, and only of maps whose size was checked first. A magic followed
 * by nonsense counts as not recognised.
 * @throws EngineError when the first 68 KiB cannot be read
 */
export async function recognise(source: BlockSource): Promise<FileSystemFacts | null> {
  const head = await readBytes(source, 0, Math.min(source.size, HEAD_BYTES));
  for (const recogniser of RECOGNISERS) {
    const found = await optional(() => recogniser({ source, head }), null);
    if (found) return found;
  }
  return null;
}
