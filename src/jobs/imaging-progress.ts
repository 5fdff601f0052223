import type { ImagingProgress } from '../../native-free-engine/index.ts';
import type { Phase } from '../contract/index.ts';
import { quietProgress, type Told } from './progress.ts';

/** What imaging says of itself, as the screens want it. `stored` is shown where an image is made. */
export function imagingProgress(phase: Phase, progress: ImagingProgress, makesImage: boolean): Told {
  const { bytesDone, bytesTotal, speed, etaSeconds, stored, retrying, badBytes, stalledSeconds } = progress;
  return {
    ...quietProgress(phase, bytesDone, bytesTotal, speed),
    fraction: bytesTotal > 0 ? Math.min(1, bytesDone / bytesTotal) : null,
    etaSeconds,
    stored: makesImage ? stored : null,
    retrying,
    badBytes,
    stalledSeconds,
  };
}
