import { gathered, resultsOf, shown, unknownResult, volumeSubject, type Judge } from '../kit.ts';
import { repairFileSystem } from '../ways.ts';

const result = resultsOf('file-system');

/** Whether each file system says of itself that it is whole. Sleeping Windows is a check of its own. */
export const judgeFileSystem: Judge<'file-system'> = ({ volumes }, { system }) =>
  gathered('file-system', volumes.map(({ volume, conditions }) => {
    const subject = volumeSubject(volume);
    if (!conditions.known) return unknownResult('file-system', subject, conditions);
    const params = { number: volume.number, kind: volume.kind };
    const remedies = [repairFileSystem(volume, system)];
    const found = conditions.value;
    const code = found.includes('dirty') ? 'dirty' : found.includes('journal') ? 'journal' : 'clean';
    const evidence = [shown(conditions, code, () => params)];
    if (code === 'dirty') return result(subject, 'warning', 'dirty', { params, evidence, remedies });
    // As long as it is mounted its log is never empty; a snapshot, or a mount made read-only, takes care of that.
    if (code === 'journal' && volume.mountPoints.length > 0) return result(subject, 'fine', 'in-use', { params, evidence });
    if (code === 'journal') return result(subject, 'warning', 'journal', { params, evidence, remedies });
    return result(subject, 'fine', 'clean', { params, evidence });
  }), 'all-clean');
