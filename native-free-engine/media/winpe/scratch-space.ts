import { EngineError } from '../../base/errors.ts';
import type { HiveSetting } from '../../registry/index.ts';

/** What `dism /Set-ScratchSpace` takes; MiB. */
const SIZES: readonly number[] = [32, 64, 128, 256, 512];

/**
 * The size of WinPE's scratch space, the part of its RAM disk that can be written: `WinPECacheThreshold` of the file based write
 * filter. It is what `dism /Set-ScratchSpace` sets.
 * @param controlSet of SYSTEM
 * @throws EngineError `winpe-scratch-space` for a size that DISM knows not
 */
export function scratchSpace(sizeMiB: number, controlSet: string): HiveSetting[] {
  if (!SIZES.includes(sizeMiB)) throw new EngineError('winpe-scratch-space', { sizes: SIZES.join(', '), value: sizeMiB });
  return [{ key: `${controlSet}\\Services\\FBWF`, name: 'WinPECacheThreshold', value: { kind: 'number', number: sizeMiB } }];
}
