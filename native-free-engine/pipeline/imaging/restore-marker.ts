import { crc32 } from '../../codecs/checksums.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { buildMbr } from '../../partitions/mbr/index.ts';
import { bootMessage } from '../../struct/boot-message.ts';
import { EngineError } from '../../base/errors.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { ascii, bytes, isDataFault, struct, trimText, u32le, u64le, utf8Text } from '../../struct/index.ts';

/** Says that a disk holds a restore that was not finished. Little endian, as everything around it. */
const RestoreMarkerStruct = struct('RestoreMarker', 304, 'docs/formats/image.md, "The marker of an unfinished restore"', {
  magic: ascii(0x00, 8),
  version: u32le(0x08, { min: 2, max: 2 }),
  /** CRC-32 of all 304 bytes with this field zero. */
  crc: u32le(0x0c),
  /** The valid marker with the highest one counts. */
  sequence: u64le(0x10),
  /** Bytes of the image's disk: all that comes before is on the target. */
  checkpoint: u64le(0x18, { unit: 'bytes' }),
  /** Milliseconds since 1970. */
  startedAt: u64le(0x20),
  updatedAt: u64le(0x28),
  imageId: ascii(0x30, 64),
  /** SHA-256, hexadecimal, of where everything goes. */
  planHash: ascii(0x70, 64),
  /** UTF-8: what the image is called, for people. */
  imageName: bytes(0xb0, 128),
});

const MAGIC = 'WBKREST1';
/** Where checkpoints are noted in turn, bytes from the start of the region: what a torn write spoils is one of the two. */
const MARKER_SLOTS = [64 * 1024, 68 * 1024] as const;
const SLOT_BYTES = 4096;

/** Where the marker stands in sector 0: behind the code and its message, before the disk signature. */
const BOOT_SECTOR_MARKER = 128;
const BOOT_SECTOR_BYTES = 512;

/** What is written last. Bytes from the start of the region that is restored to. */
export const HEAD_BYTES = 1024 * 1024;

export interface RestoreMarker {
  readonly imageId: string;
  readonly imageName: string;
  readonly planHash: string;
  /** Bytes of the image's disk: all that comes before is on the target. */
  readonly checkpoint: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly sequence: number;
}

/** Smaller ones are restored without a marker, in one go. */
export const holdsMarker = (regionLength: number): boolean => regionLength >= HEAD_BYTES;

/** It boots nothing, lists no partition, and says why. */
const unfinished = (): Uint8Array =>
  buildMbr({ diskSignature: 0, partitions: [], bootCode: bootMessage('The restore of this disk was not finished.', 0x7c00) }, BOOT_SECTOR_BYTES);

/**
 * Sector 0 while a disk is being restored. It carries the marker itself: a disk writes one sector whole or not at all, so
 * that there is no moment in which a disk says "unfinished" and not of what.
 * @param marker null on what is too small for one
 */
export function unfinishedSector(marker: RestoreMarker | null, updatedAt: number): Uint8Array {
  const sector = unfinished();
  if (marker) sector.set(format(marker, updatedAt), BOOT_SECTOR_MARKER);
  return sector;
}

/** The block of a slot. */
export function markerBlock(marker: RestoreMarker, updatedAt: number): Uint8Array {
  const block = new Uint8Array(SLOT_BYTES);
  block.set(format(marker, updatedAt));
  return block;
}

/** Where the marker with this number goes, bytes from the start of the region. */
export const slotOf = (sequence: number): number => MARKER_SLOTS[sequence % MARKER_SLOTS.length]!;

/**
 * The marker of an unfinished restore, null when there is none: a slot that was left over on a disk with a boot sector
 * of its own does not count, nor does one of another restore than the one that sector 0 names.
 * `marker` is null when sector 0 was damaged and no slot can be read; such a restore can only be started again.
 * @param start of the region that was restored to; 0 for a disk
 * @throws errors of reading
 */
export async function readMarker(source: BlockSource, start = 0): Promise<{ readonly marker: RestoreMarker | null } | null> {
  if (!holdsMarker(source.size - start)) return null;
  const sector = await readBytes(source, start, BOOT_SECTOR_BYTES);
  const markerEnd = BOOT_SECTOR_MARKER + RestoreMarkerStruct.size;
  if (!unfinished().every((byte, i) => sector[i] === byte || (i >= BOOT_SECTOR_MARKER && i < markerEnd))) return null;
  let best = parseMarker(sector.subarray(BOOT_SECTOR_MARKER, markerEnd));
  for (const slot of MARKER_SLOTS) {
    const noted = parseMarker(await readBytes(source, start + slot, RestoreMarkerStruct.size));
    if (noted && (!best || (sameRestore(noted, best) && noted.sequence > best.sequence))) best = noted;
  }
  return { marker: best };
}

const sameRestore = (a: RestoreMarker, b: RestoreMarker): boolean => a.imageId === b.imageId && a.planHash === b.planHash && a.startedAt === b.startedAt;

function format(marker: RestoreMarker, updatedAt: number): Uint8Array {
  const name = new Uint8Array(RestoreMarkerStruct.size - 0xb0 - 1);
  new TextEncoder().encodeInto(marker.imageName, name);
  const values = {
    magic: MAGIC, version: 2, crc: 0, sequence: BigInt(marker.sequence), checkpoint: BigInt(marker.checkpoint), startedAt: BigInt(marker.startedAt),
    updatedAt: BigInt(updatedAt), imageId: marker.imageId.slice(0, 64), planHash: marker.planHash, imageName: name,
  };
  const crc = crc32(RestoreMarkerStruct.write(values));
  return RestoreMarkerStruct.write({ ...values, crc });
}

function parseMarker(data: Uint8Array): RestoreMarker | null {
  try {
    const raw = RestoreMarkerStruct.read(data);
    const unsigned = data.slice();
    unsigned.fill(0, 0x0c, 0x10);
    if (raw.magic !== MAGIC || crc32(unsigned) !== raw.crc) return null;
    return {
      imageId: trimText(raw.imageId), imageName: utf8Text(raw.imageName), planHash: raw.planHash,
      checkpoint: toSafeInt(raw.checkpoint, 'RestoreMarker.checkpoint'), startedAt: toSafeInt(raw.startedAt, 'RestoreMarker.startedAt'),
      sequence: toSafeInt(raw.sequence, 'RestoreMarker.sequence'),
    };
  } catch (error) {
    if (error instanceof EngineError && isDataFault(error)) return null;
    throw error;
  }
}
