import type { JobProgress, Phase } from '../../contract/index.ts';

/** One point of a speed curve: bytes a second at so many seconds from the start. */
export interface Sample {
  readonly seconds: number;
  readonly speed: number;
  readonly phase: Phase;
}

/** Twice a second is all that an eye wants of a curve; a long job is thinned to keep drawing cheap. */
const SAMPLE_SECONDS = 0.5;
const MOST_SAMPLES = 360;

/** The curve with this progress added, or the very same array when it is too early for another point. */
export function addSample(samples: readonly Sample[], progress: JobProgress): readonly Sample[] {
  const last = samples.at(-1);
  const early = last && progress.elapsedSeconds - last.seconds < SAMPLE_SECONDS && last.phase === progress.phase;
  // An event that overtook another would draw the line backwards.
  if (early || (last && progress.elapsedSeconds < last.seconds)) return samples;
  const next = [...samples, { seconds: progress.elapsedSeconds, speed: progress.speed, phase: progress.phase }];
  return next.length > MOST_SAMPLES ? thin(next) : next;
}

/** Half as many points; neighbours of one phase are averaged. */
function thin(samples: readonly Sample[]): Sample[] {
  const thinned: Sample[] = [];
  for (let index = 0; index < samples.length; index += 1) {
    const sample = samples[index];
    const next = samples[index + 1];
    if (!sample) break;
    if (next && next.phase === sample.phase) {
      thinned.push({ seconds: next.seconds, speed: (sample.speed + next.speed) / 2, phase: sample.phase });
      index += 1;
    } else thinned.push(sample);
  }
  return thinned;
}

export interface CurveBand {
  readonly phase: Phase;
  /** SVG path of the line, and of the filled area below it, in a box of `width` by `height`. */
  readonly line: string;
  readonly area: string;
  readonly from: number;
  readonly to: number;
}

/** The smallest of 1, 2, 5 times a power of ten that holds `value`. */
export function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((step) => step * power >= value) ?? 10) * power;
}

/** One band for each stretch of one phase; bands touch, so that the curve has no holes. */
export function bandsOf(samples: readonly Sample[], width: number, height: number): { bands: CurveBand[]; top: number; seconds: number } {
  const seconds = Math.max(10, samples.at(-1)?.seconds ?? 0);
  const top = niceCeiling(Math.max(1, ...samples.map((sample) => sample.speed)));
  const x = (sample: Sample) => (sample.seconds / seconds) * width;
  const y = (sample: Sample) => height - (sample.speed / top) * height;
  const bands: CurveBand[] = [];
  let start = 0;
  while (start < samples.length) {
    const phase = samples[start]!.phase;
    let end = start;
    while (end + 1 < samples.length && samples[end + 1]!.phase === phase) end += 1;
    const points = samples.slice(Math.max(0, start - 1), end + 1);
    const first = points[0]!;
    const last = points.at(-1)!;
    const line = points.map((point, index) => `${index ? 'L' : 'M'}${x(point).toFixed(1)} ${y(point).toFixed(1)}`).join('');
    bands.push({
      phase, line, area: `${line}L${x(last).toFixed(1)} ${height}L${x(first).toFixed(1)} ${height}Z`, from: x(first) / width, to: x(last) / width,
    });
    start = end + 1;
  }
  return { bands, top, seconds };
}
