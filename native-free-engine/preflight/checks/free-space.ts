import { gathered, resultsOf, shown, unknownResult, volumeSubject, type Judge } from '../kit.ts';
import { cleanUp } from '../ways.ts';
import type { Evidence } from '../types.ts';

const result = resultsOf('free-space');
const GIB = 1024 ** 3;

/** How full each volume is, and what clearing it up would save. */
export const judgeFreeSpace: Judge<'free-space'> = ({ volumes }, { estimate, system }, limits) => {
  const all = volumes.reduce((sum, { space }) => sum + (space.known ? space.value.used - space.value.leftOut : 0), 0);
  const saving: Evidence[] = all > 0 && estimate.imageBytes !== null && estimate.seconds !== null
    ? [{ code: 'each-gib', params: { bytes: Math.round((estimate.imageBytes / all) * GIB), seconds: Math.round((estimate.seconds / all) * GIB) }, from: 'Werkbank' }]
    : [];
  return gathered('free-space', volumes.map(({ volume, space }) => {
    const subject = volumeSubject(volume);
    if (!space.known) return unknownResult('free-space', subject, space);
    const { used, leftOut } = space.value;
    const free = Math.max(0, volume.size - used);
    const params = { number: volume.number, used, free, percent: volume.size > 0 ? Math.round((free / volume.size) * 100) : 0 };
    const evidence = [
      shown(space, 'space', () => params),
      ...(leftOut >= limits.leftOutBytes ? [{ code: 'left-out', params: { number: volume.number, bytes: leftOut }, from: space.from }] : []),
    ];
    const full = volume.size > 0 && free < (volume.size * limits.volumeFull) / 100;
    return full
      ? result(subject, 'advice', 'full', { params, evidence: [...evidence, ...saving], remedies: [cleanUp(volume, system)] })
      : result(subject, 'fine', 'space', { params, evidence });
  }), 'all-space');
};
