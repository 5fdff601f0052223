import { toSafeInt } from '../../base/safe-int.ts';
import { formatUuid, hasText, utf8Text } from '../../struct/index.ts';
import { facts, type FileSystemFacts, type Volume } from '../types.ts';
import { XfsSuperblock } from './structs.ts';

export function recogniseXfs({ head }: Volume): FileSystemFacts | null {
  if (!hasText(head, 0, 'XFSB')) return null;
  const sb = XfsSuperblock.read(head);
  const blocks = toSafeInt(sb.dataBlocks, 'XfsSuperblock.dataBlocks');
  // Counted lazily: exact on a file system that was unmounted.
  const free = toSafeInt(sb.freeDataBlocks, 'XfsSuperblock.freeDataBlocks');
  return facts('xfs', {
    label: utf8Text(sb.label),
    uuid: formatUuid(sb.uuid),
    usedBytes: free <= blocks ? (blocks - free) * sb.blockSize : null,
  });
}
