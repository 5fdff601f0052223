import { alignDown, toSafeInt } from '../../base/safe-int.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { formatGuid, formatUuid, hasText, parseGuid, utf8Text } from '../../struct/index.ts';
import { facts, type FileSystemFacts, type Volume } from '../types.ts';
import { ApfsContainer, HfsPlusHeader, LuksHeader, LvmLabel, RAID_MAGIC, RaidSuperblock0, RaidSuperblock1, SquashfsSuperblock } from './structs.ts';

// What is only recognised, never read into: encrypted volumes, members of arrays and
// groups, and file systems that a bench meets but does not work on.

export function recogniseLuks({ head }: Volume): FileSystemFacts | null {
  if (!hasText(head, 0, 'LUKS\xba\xbe')) return null;
  const header = LuksHeader.read(head);
  return facts('luks', { uuid: utf8Text(header.uuid), label: header.version === 2 ? utf8Text(header.label) : '' });
}

/** What BitLocker To Go says instead of `-FVE-FS-`, being dressed up as FAT32. */
const BITLOCKER_TO_GO = parseGuid('4967D63B-2E29-4AD8-8399-F6A339E3D001');

export function recogniseBitLocker({ head }: Volume): FileSystemFacts | null {
  const toGo = hasText(head, 3, 'MSWIN4.1') && head.length >= 440 && formatGuid(head.subarray(424, 440)) === formatGuid(BITLOCKER_TO_GO);
  return hasText(head, 3, '-FVE-FS-') || toGo ? facts('bitlocker') : null;
}

export function recogniseLvm({ head }: Volume): FileSystemFacts | null {
  for (let sector = 0; sector < 4; sector++) {
    if (!hasText(head, sector * 512, 'LABELONE')) continue;
    const label = LvmLabel.read(head, sector * 512);
    if (label.type !== 'LVM2 001' || label.sector !== BigInt(sector)) continue;
    return facts('lvm2', { uuid: label.physicalVolumeId.replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/, '$1-$2-$3-$4-$5-$6-$7') });
  }
  return null;
}

export async function recogniseRaid({ source, head }: Volume): Promise<FileSystemFacts | null> {
  // 1.1 at the start, 1.2 at 4 KiB
  for (const at of [0, 4096]) {
    const found = at + RaidSuperblock1.size <= head.length ? raid1(head, at) : null;
    if (found) return found;
  }
  // 1.0 within the last 8 to 12 KiB, 0.90 within the last 64 to 128 KiB
  const places = [alignDown(source.size - 8192, 4096), alignDown(source.size, 65536) - 65536];
  for (const [index, at] of places.entries()) {
    if (at <= 0) continue;
    const data = await readBytes(source, at, RaidSuperblock1.size);
    const found = index === 0 ? raid1(data, 0) : raid0(data);
    if (found) return found;
  }
  return null;
}

function raid1(data: Uint8Array, at: number): FileSystemFacts | null {
  const sb = RaidSuperblock1.read(data, at);
  if (sb.magic !== RAID_MAGIC || sb.majorVersion !== 1) return null;
  return facts('raid', { uuid: formatUuid(sb.setUuid), label: utf8Text(sb.setName) });
}

function raid0(data: Uint8Array): FileSystemFacts | null {
  const sb = RaidSuperblock0.read(data);
  if (sb.magic !== RAID_MAGIC || sb.majorVersion !== 0) return null;
  const hex = [sb.uuid0, sb.uuid1, sb.uuid2, sb.uuid3].map((word) => word.toString(16).padStart(8, '0')).join('');
  return facts('raid', { uuid: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') });
}

export function recogniseRefs({ head }: Volume): FileSystemFacts | null {
  return hasText(head, 0, '\0\0\0ReFS\0') ? facts('refs') : null;
}

export function recogniseApfs({ head }: Volume): FileSystemFacts | null {
  if (!hasText(head, 0x20, 'NXSB')) return null;
  return facts('apfs', { uuid: formatUuid(ApfsContainer.read(head).uuid) });
}

export function recogniseHfsPlus({ head }: Volume): FileSystemFacts | null {
  if (!hasText(head, 1024, 'H+\0\x04') && !hasText(head, 1024, 'HX\0\x05')) return null;
  const header = HfsPlusHeader.read(head, 1024);
  return facts('hfsplus', { usedBytes: Math.max(0, header.totalBlocks - header.freeBlocks) * header.blockSize });
}

export function recogniseSquashfs({ head }: Volume): FileSystemFacts | null {
  if (!hasText(head, 0, 'hsqs')) return null;
  return facts('squashfs', { usedBytes: toSafeInt(SquashfsSuperblock.read(head).bytesUsed, 'SquashfsSuperblock.bytesUsed') });
}
