import { SpeedMeter } from '../../native-free-engine/index.ts';
import type { Phase } from '../contract/index.ts';
import { quietProgress } from './progress.ts';
import type { Tell } from './run.ts';

/** Says how far a job with one stream of bytes is. @param total bytes */
export function fileProgress(phase: Phase, total: number, tell: Tell): (done: number) => void {
  const meter = new SpeedMeter();
  return (done) => {
    meter.add(done);
    tell({
      ...quietProgress(phase, done, total, meter.bytesPerSecond()),
      fraction: total > 0 ? Math.min(1, done / total) : null,
      etaSeconds: meter.secondsFor(total - done),
    });
  };
}
