import { toSafeInt } from '../../base/safe-int.ts';
import { formatUuid, hasText, utf8Text } from '../../struct/index.ts';
import { facts, type FileSystemFacts, type Volume } from '../types.ts';
import { BTRFS_SUPERBLOCK_OFFSET, BtrfsSuperblock } from './structs.ts';

export function recogniseBtrfs({ head }: Volume): FileSystemFacts | null {
  if (!hasText(head, BTRFS_SUPERBLOCK_OFFSET + 0x40, '_BHRfS_M')) return null;
  const sb = BtrfsSuperblock.read(head, BTRFS_SUPERBLOCK_OFFSET);
  return facts('btrfs', {
    label: utf8Text(sb.label),
    uuid: formatUuid(sb.fsid),
    usedBytes: toSafeInt(sb.bytesUsed, 'BtrfsSuperblock.bytesUsed'),
  });
}
