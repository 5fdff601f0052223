import { formatUuid, utf8Text } from '../../struct/index.ts';
import { facts, type FileSystemFacts, type Volume } from '../types.ts';
import {
  EXT3_INCOMPATIBLE,
  EXT3_READ_ONLY,
  EXT_64BIT,
  EXT_HAS_JOURNAL,
  EXT_JOURNAL_DEVICE,
  EXT_MAGIC,
  EXT_SUPERBLOCK_OFFSET,
  ExtSuperblock,
} from './structs.ts';

/** ext2, ext3 and ext4: told apart by the features that the older drivers did not know. */
export function recogniseExt({ head }: Volume): FileSystemFacts | null {
  if (head.length < EXT_SUPERBLOCK_OFFSET + ExtSuperblock.size) return null;
  if (head[EXT_SUPERBLOCK_OFFSET + 0x38] !== 0x53 || head[EXT_SUPERBLOCK_OFFSET + 0x39] !== 0xef) return null;
  const sb = ExtSuperblock.read(head, EXT_SUPERBLOCK_OFFSET);
  if (sb.magic !== EXT_MAGIC || sb.featuresIncompatible & EXT_JOURNAL_DEVICE) return null;

  const newer = (sb.featuresIncompatible & ~EXT3_INCOMPATIBLE) !== 0 || (sb.featuresReadOnly & ~EXT3_READ_ONLY) !== 0;
  const kind = newer ? 'ext4' : sb.featuresCompatible & EXT_HAS_JOURNAL ? 'ext3' : 'ext2';
  const wide = (sb.featuresIncompatible & EXT_64BIT) !== 0;
  const blocks = sb.blocksLow + (wide ? sb.blocksHigh * 2 ** 32 : 0);
  const free = sb.freeBlocksLow + (wide ? sb.freeBlocksHigh * 2 ** 32 : 0);
  return facts(kind, {
    label: utf8Text(sb.label),
    uuid: formatUuid(sb.uuid),
    usedBytes: free <= blocks ? (blocks - free) * 1024 * 2 ** sb.logBlockSize : null,
    holds: { windows: false, bootmgr: false, linuxRoot: utf8Text(sb.lastMounted) === '/' },
  });
}
