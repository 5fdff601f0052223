import { gathered, resultsOf, shown, unknownResult, volumeSubject, type Judge } from '../kit.ts';
import { defragment, trim } from '../ways.ts';

const result = resultsOf('fragmentation');

/** In how many pieces files lie, and what that costs on a disk with heads. */
export const judgeFragmentation: Judge<'fragmentation'> = ({ volumes }, { system }, limits) =>
  gathered('fragmentation', volumes.map(({ volume, rotational, fragmentation }) => {
    const subject = volumeSubject(volume);
    const solid = rotational.known && !rotational.value;
    if (!fragmentation.known) return solid ? result(subject, 'fine', 'solid', { evidence: [shown(rotational, 'solid', () => ({}))], remedies: [trim(volume, system)] }) : unknownResult('fragmentation', subject, fragmentation);
    const { files, fragmentedFiles, fragments, share } = fragmentation.value;
    const percent = files === 0 ? 0 : Math.round((fragmentedFiles / files) * 100);
    const seconds = Math.round((Math.max(0, fragments - files) * limits.seekTime) / 1000 / share);
    const params = { number: volume.number, percent, seconds, fragments, files, share: Math.round(share * 1000) / 10 };
    const evidence = [shown(fragmentation, share < 1 ? 'sample' : 'fragments', () => params), shown(rotational, solid ? 'solid' : 'rotating', () => ({}))];
    if (solid) return result(subject, 'fine', 'solid', { params, evidence, remedies: [trim(volume, system)] });
    return percent >= limits.fragmentedAdvice && seconds >= limits.seekWorth
      ? result(subject, 'advice', 'fragmented', { params, evidence, remedies: [defragment(volume, system)] })
      : result(subject, 'fine', 'little', { params, evidence });
  }), 'all-little');
