import { diskSubject, gathered, remedy, resultsOf, shown, unknownResult, way, type Judge } from '../kit.ts';
import type { Remedy } from '../types.ts';

const result = resultsOf('surface');

/** What came of reading a disk from end to end. */
export const judgeSurface: Judge<'surface'> = ({ disks }) =>
  gathered('surface', disks.map(({ disk, scan }) => {
    const subject = diskSubject(disk);
    if (!scan.known) return unknownResult('surface', subject, scan);
    const { read, unreadable, unreadableBytes, slow } = scan.value;
    const params = { bytes: unreadableBytes, count: unreadable.length, slow };
    const evidence = [
      shown(scan, 'read', () => ({ bytes: read })),
      ...unreadable.slice(0, 20).map(({ offset, length }) => ({ code: 'bad', params: { offset, length }, from: scan.from })),
      ...(slow > 0 ? [{ code: 'slow', params: { count: slow }, from: scan.from }] : []),
    ];
    if (unreadableBytes > 0) return result(subject, 'warning', 'bad', { params, evidence, remedies: [REPLACE] });
    if (slow > 0) return result(subject, 'advice', 'slow', { params, evidence, remedies: [REPLACE] });
    return result(subject, 'fine', 'good', { params, evidence });
  }), 'all-good');

const REPLACE: Remedy = remedy('replace-disk', null, way('by-hand', 'image-first', 'replace-disk'));
