import { toSafeInt } from '../../base/safe-int.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { hasText } from '../../struct/index.ts';
import { facts, type FileSystemFacts } from '../types.ts';
import { DDF_MAGIC, DdfHeader, IMSM_SIGNATURE } from './structs.ts';

/** What firmware keeps of an array lies in the last sectors of each disk in it; nothing at its start tells. No smaller disk has it. */
const LEAST_BYTES = 64 * 1024;

/**
 * Says whether a whole disk is, or once was, in an array that the firmware of its controller put together: Intel RST (IMSM)
 * or SNIA's DDF. Never true of a partition: what is looked at are the last two sectors of a disk.
 * @throws EngineError errors of reading
 */
export async function recogniseFirmwareRaid(source: BlockSource): Promise<FileSystemFacts | null> {
  if (source.size < LEAST_BYTES) return null;
  // An image does not tell the sector size of its disk, nor a bridge that of the disk behind it.
  for (const sectorSize of new Set([source.sectorSize, 512, 4096])) {
    const last = Math.floor(source.size / sectorSize) - 1;
    const end = await readBytes(source, (last - 1) * sectorSize, 2 * sectorSize);
    if (hasText(end, 0, IMSM_SIGNATURE)) return facts('raid', { label: 'Intel RST' });
    const ddf = await ddfHeader(source, end.subarray(sectorSize), sectorSize);
    if (ddf) return ddf;
  }
  return null;
}

/** The anchor in the last sector, borne out by the primary header that it names. */
async function ddfHeader(source: BlockSource, sector: Uint8Array, sectorSize: number): Promise<FileSystemFacts | null> {
  const anchor = DdfHeader.read(sector);
  if (anchor.signature !== DDF_MAGIC) return null;
  const at = toSafeInt(anchor.primaryLba, 'DdfHeader.primaryLba') * sectorSize;
  const primary = DdfHeader.read(await readBytes(source, at, DdfHeader.size));
  return primary.signature === DDF_MAGIC ? facts('raid', { label: 'DDF', uuid: hex(anchor.guid) }) : null;
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
