import { EngineError } from '../../base/errors.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { crc32c } from '../../codecs/crc32c.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { XfsSuperblock } from './structs.ts';

/** Sparse inodes, big timestamps, ...: none of them changes how free space is kept. */
const KNOWN_INCOMPAT = 0x1ff;
const INCOMPAT_META_UUID = 0x04;
const INCOMPAT_NEEDS_REPAIR = 0x10;
/** Free inode tree, reverse map, reflinks, inode tree counters. */
const KNOWN_RO_COMPAT = 0x0f;
/** XFS makes none smaller, and without it a volume could claim any number of them. */
const MIN_AG_BLOCKS = 64;

/** What of the superblock the allocation map needs, checked. */
export interface XfsVolume {
  readonly v5: boolean;
  /** Bytes. */
  readonly blockSize: number;
  readonly sectorSize: number;
  /** In blocks. */
  readonly blocks: number;
  readonly agBlocks: number;
  readonly agCount: number;
  /** What metadata blocks of version 5 carry. */
  readonly metaUuid: Uint8Array;
  /** Bytes from the start of the volume. */
  readonly log: { readonly offset: number; readonly length: number };
  /** A tool that made or repaired it did not finish. */
  readonly unfinished: boolean;
  /** The whole first sector. */
  readonly superblock: Uint8Array;
}

export const invalid = (reason: string): EngineError => new EngineError('allocation-invalid', { kind: 'xfs', reason });

/** True when a sector or block of version 5 has the CRC-32C it should; it is computed with its own field as zeros. */
export function checksumHolds(data: Uint8Array, at: number, checksum: number): boolean {
  const zeros = new Uint8Array(4);
  return crc32c(data.subarray(at + 4), crc32c(zeros, crc32c(data.subarray(0, at)))) === checksum;
}

/** Blocks of allocation group `number`: the last may be shorter. */
export const agLength = (volume: XfsVolume, number: number): number =>
  number < volume.agCount - 1 ? volume.agBlocks : volume.blocks - number * volume.agBlocks;

/**
 * Reads and checks the primary superblock.
 * @throws EngineError `allocation-invalid` for what is damaged and for volumes that are spread over several devices
 */
export async function readXfsVolume(source: BlockSource): Promise<XfsVolume> {
  const head = await readBytes(source, 0, Math.min(source.size, 32768));
  const sb = XfsSuperblock.read(head);
  const version = sb.version & 0x0f;
  if (sb.magic !== 'XFSB' || (version !== 4 && version !== 5)) throw invalid(`version-unknown ${version}`);
  const v5 = version === 5;
  const { blockSize, sectorSize, agBlocks, agCount } = sb;
  if (!isPowerOfTwo(blockSize) || !isPowerOfTwo(sectorSize) || sectorSize > blockSize || 1 << sb.blockLog !== blockSize || sectorSize > head.length) {
    throw invalid('blockSize');
  }
  const superblock = head.slice(0, sectorSize);
  if (v5 && !checksumHolds(superblock, XfsSuperblock.fields.checksum.offset, sb.checksum)) throw invalid('superblock-checksum');
  if (v5 && (sb.featuresIncompat & ~KNOWN_INCOMPAT || sb.featuresRoCompat & ~KNOWN_RO_COMPAT)) {
    throw invalid(`features-unknown 0x${sb.featuresIncompat.toString(16)} 0x${sb.featuresRoCompat.toString(16)}`);
  }
  if (sb.realtimeBlocks !== 0n) throw invalid('realtime-device');
  if (sb.logStart === 0n) throw invalid('log-elsewhere');

  const blocks = toSafeInt(sb.dataBlocks, 'XfsSuperblock.dataBlocks');
  if (blocks * blockSize > source.size) throw invalid('larger-than-partition');
  const last = blocks - (agCount - 1) * agBlocks;
  if (agCount < 1 || agBlocks < MIN_AG_BLOCKS || last > agBlocks || last < MIN_AG_BLOCKS) throw invalid('agCount');
  // The four headers of a group, one sector each.
  if (agBlocks * blockSize < 4 * sectorSize) throw invalid('agCount');

  const logStart = toSafeInt(sb.logStart, 'XfsSuperblock.logStart');
  const agSpan = 2 ** sb.agBlockLog;
  if (sb.agBlockLog > 31 || agSpan < agBlocks) throw invalid('agCount');
  const [logAg, logBlock] = [Math.floor(logStart / agSpan), logStart % agSpan];
  if (logAg >= agCount || sb.logBlocks === 0 || logBlock + sb.logBlocks > Math.min(agBlocks, blocks - logAg * agBlocks)) throw invalid('logStart');

  if (!v5 && agCount > 1) await compareWithCopy(source, sb, agBlocks * blockSize);

  return {
    v5, blockSize, sectorSize, blocks, agBlocks, agCount, superblock,
    metaUuid: v5 && sb.featuresIncompat & INCOMPAT_META_UUID ? sb.metaUuid : sb.uuid,
    log: { offset: (logAg * agBlocks + logBlock) * blockSize, length: sb.logBlocks * blockSize },
    unfinished: sb.inProgress !== 0 || (v5 && (sb.featuresIncompat & INCOMPAT_NEEDS_REPAIR) !== 0),
  };
}

/** What neither mounting nor writing changes; growing changes it in all copies. */
const GEOMETRY = ['blockSize', 'sectorSize', 'dataBlocks', 'realtimeBlocks', 'agBlocks', 'agCount', 'logStart', 'logBlocks', 'agBlockLog'] as const;

/** The superblock of version 4 has no checksum, but a copy in every group. */
async function compareWithCopy(source: BlockSource, sb: ReturnType<typeof XfsSuperblock.read>, offset: number): Promise<void> {
  const copy = XfsSuperblock.read(await readBytes(source, offset, XfsSuperblock.size));
  if (copy.magic !== sb.magic || GEOMETRY.some((field) => copy[field] !== sb[field])) throw invalid('superblocks-disagree');
}

const isPowerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;
