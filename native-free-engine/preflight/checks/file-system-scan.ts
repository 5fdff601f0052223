import { gathered, resultsOf, unknownResult, volumeSubject, type Judge } from '../kit.ts';
import { repairFileSystem } from '../ways.ts';

const result = resultsOf('file-system-scan');

/** What the system's own tools found, reading only. */
export const judgeFileSystemScan: Judge<'file-system-scan'> = ({ volumes }, { system }) =>
  gathered('file-system-scan', volumes.map(({ volume, scan }) => {
    const subject = volumeSubject(volume);
    if (!scan.known) return unknownResult('file-system-scan', subject, scan);
    const { clean, lines } = scan.value;
    const params = { number: volume.number, kind: volume.kind };
    if (clean) return result(subject, 'fine', 'clean', { params, evidence: [{ code: 'clean', params, from: scan.from }] });
    const evidence = lines.map((line) => ({ code: 'line', params: { line }, from: scan.from }));
    return result(subject, 'warning', 'errors', { params, evidence, remedies: [repairFileSystem(volume, system)] });
  }), 'all-clean');
