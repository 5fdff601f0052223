import { EngineError } from '../../base/errors.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { createHasher } from '../../codecs/checksums.ts';
import { crc32c } from '../../codecs/crc32c.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { hasText } from '../../struct/index.ts';
import { BTRFS_SUPERBLOCK_BYTES, BTRFS_SUPERBLOCK_OFFSET, BtrfsSuperblock } from './structs.ts';

/** All but zoned (0x1000), extent tree v2 (0x2000), the RAID stripe tree (0x4000) and what came later but simple quotas (0x10000). */
const KNOWN_INCOMPAT = 0x10fffn;
const INCOMPAT_METADATA_UUID = 0x400n;
/** Free space tree and its valid bit, verity, block group tree. */
const KNOWN_COMPAT_RO = 0xfn;
const FLAG_SEEDING = 1n << 32n;
/** A dump of metadata only, or a conversion that did not finish. */
const FLAGS_HALF_DONE = 0x1fen << 32n;
const MAX_LEVEL = 7;

/** The topmost block of a tree. */
export interface TreeRoot {
  /** Logical, bytes. */
  readonly address: number;
  readonly level: number;
  readonly generation: bigint;
}

/** What of the superblock the allocation map needs, checked. Sizes in bytes. */
export interface BtrfsVolume {
  readonly sectorSize: number;
  readonly nodeSize: number;
  readonly deviceId: bigint;
  readonly deviceBytes: number;
  readonly bytesUsed: number;
  /** What blocks of trees carry. */
  readonly metadataUuid: Uint8Array;
  readonly checksumType: number;
  readonly rootTree: TreeRoot;
  readonly chunkTree: TreeRoot;
  /** What was fsynced since the last commit. */
  readonly logTree: TreeRoot | null;
  readonly systemChunks: Uint8Array;
  /** All of the superblock: the generation in it changes with every commit. */
  readonly superblock: Uint8Array;
}

export const invalid = (reason: string): EngineError => new EngineError('allocation-invalid', { kind: 'btrfs', reason });

/** CRC-32C and SHA-256. xxHash and BLAKE2 are not computed here: damage would go unnoticed, so such volumes are refused. */
const CHECKSUM = { crc32c: 0, sha256: 2 } as const;

/** True when a block that begins with its checksum has the right one. */
export function checksumHolds(data: Uint8Array, type: number): boolean {
  const stored = data.subarray(0, 32);
  if (type === CHECKSUM.crc32c) return new DataView(stored.buffer, stored.byteOffset).getUint32(0, true) === crc32c(data.subarray(32));
  if (type !== CHECKSUM.sha256) return false;
  const hash = createHasher('sha256');
  hash.update(data.subarray(32));
  return hash.hex() === Array.from(stored, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Reads and checks the first superblock.
 * @throws EngineError `allocation-invalid` for what is damaged, spread over several devices or not known to us
 */
export async function readBtrfsVolume(source: BlockSource): Promise<BtrfsVolume> {
  const superblock = await readBytes(source, BTRFS_SUPERBLOCK_OFFSET, BTRFS_SUPERBLOCK_BYTES);
  if (!hasText(superblock, 0x40, '_BHRfS_M')) throw invalid('superblock');
  const sb = BtrfsSuperblock.read(superblock);
  if (sb.checksumType === 1 || sb.checksumType === 3) throw invalid('checksum-kind-unknown');
  if (!checksumHolds(superblock, sb.checksumType)) throw invalid('superblock-checksum');
  if (Number(sb.physicalAddress) !== BTRFS_SUPERBLOCK_OFFSET) throw invalid('superblock');
  if (sb.incompat & ~KNOWN_INCOMPAT || sb.compatRo & ~KNOWN_COMPAT_RO) throw invalid(`features-unknown 0x${sb.incompat.toString(16)} 0x${sb.compatRo.toString(16)}`);
  if (sb.devices !== 1n) throw invalid(`several-devices ${sb.devices}`);
  if (sb.flags & FLAG_SEEDING) throw invalid('seed-device');
  if (sb.flags & FLAGS_HALF_DONE) throw invalid('conversion-unfinished');

  const { sectorSize, nodeSize } = sb;
  if (!isSize(sectorSize) || !isSize(nodeSize) || nodeSize < sectorSize) throw invalid('nodeSize');
  const deviceBytes = toSafeInt(sb.deviceBytes, 'BtrfsSuperblock.deviceBytes');
  if (deviceBytes > source.size) throw invalid('larger-than-partition');
  if (sb.systemChunkBytes > sb.systemChunks.length) throw invalid('systemChunks');

  const tree = (field: string, address: bigint, level: number, generation: bigint): TreeRoot => {
    if (level > MAX_LEVEL) throw invalid(`level ${field}`);
    return { address: toSafeInt(address, `BtrfsSuperblock.${field}`), level, generation };
  };
  return {
    sectorSize, nodeSize, deviceBytes, superblock,
    deviceId: sb.deviceId,
    bytesUsed: toSafeInt(sb.bytesUsed, 'BtrfsSuperblock.bytesUsed'),
    metadataUuid: sb.incompat & INCOMPAT_METADATA_UUID ? sb.metadataUuid : sb.fsid,
    checksumType: sb.checksumType,
    rootTree: tree('root', sb.root, sb.rootLevel, sb.generation),
    chunkTree: tree('chunkRoot', sb.chunkRoot, sb.chunkRootLevel, sb.chunkRootGeneration),
    // Written after the last commit, as part of the one that never came.
    logTree: sb.logRoot === 0n ? null : tree('logRoot', sb.logRoot, sb.logRootLevel, sb.generation + 1n),
    systemChunks: sb.systemChunks.subarray(0, sb.systemChunkBytes),
  };
}

const isSize = (n: number): boolean => n >= 4096 && n <= 65536 && (n & (n - 1)) === 0;
