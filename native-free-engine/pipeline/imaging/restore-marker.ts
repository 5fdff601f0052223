import { crc32 } from '../../codecs/checksums.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { buildMbr } from '../../partitions/mbr/index.ts';
import { bootMessage } from '../../struct/boot-message.ts';
import { EngineError } from '../../base/errors.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { ascii, bytes, isDataFault, struct, trimText, u32le, u64le, utf8Text } from '../../struct/index.ts';

/** Says that a disk holds a restore that was not finished. Little endian, as everything around it. */
const RestoreMarkerStruct = struct('RestoreMarker', 512, 'docs/formats/image.md, "The marker of an unfinished restore"', {
  magic: ascii(0x00, 8),
  version: u32le(0x08, { min: 1, max: 1 }),
  /** CRC-32 of all 512 bytes with this field zero. */
  crc: u32le(0x0c),
  /** The valid slot with the highest one counts. */
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
  imageName: bytes(0xb0, 256),
});

const MAGIC = 'WBKREST1';
const SLOT_BYTES = 4096;
const MARKER_SLOTS = [64 * 1024, 68 * 1024] as const;

/**
 * While the last MiB-long head of a disk is written, its slots are overwritten too: then the marker stands here,
 * in the same 4 KiB as the boot sector, which is written last.
 */
const FINISHING_SLOT = 2048;

/** What is written last, and where the marker lies meanwhile. Bytes from the start of the region that is restored to. */
export const HEAD_BYTES = 1024 * 1024;
/** The part of the head that is written after all the rest of it: boot sector and GPT header. */
export const FIRST_BLOCK = 4096;

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

/** Sector 0 meanwhile: it boots nothing, lists no partition, and says why. */
export function unfinishedSector(): Uint8Array {
  return buildMbr({ diskSignature: 0, partitions: [], bootCode: bootMessage('The restore of this disk was not finished.', 0x7c00) }, 512);
}

/** Smaller ones are restored without a marker, in one go. */
export const holdsMarker = (regionLength: number): boolean => regionLength >= HEAD_BYTES;

/** The block of a slot. */
export function formatMarker(marker: RestoreMarker, updatedAt: number): Uint8Array {
  const name = new TextEncoder().encode(marker.imageName).subarray(0, 255);
  const values = {
    magic: MAGIC, version: 1, crc: 0, sequence: BigInt(marker.sequence), checkpoint: BigInt(marker.checkpoint), startedAt: BigInt(marker.startedAt),
    updatedAt: BigInt(updatedAt), imageId: marker.imageId.slice(0, 64), planHash: marker.planHash, imageName: name,
  };
  const crc = crc32(RestoreMarkerStruct.write(values));
  return RestoreMarkerStruct.write({ ...values, crc }, new Uint8Array(SLOT_BYTES));
}

/** Where the marker with this number goes, bytes from the start of the region. */
export const slotOf = (sequence: number): number => MARKER_SLOTS[sequence % MARKER_SLOTS.length]!;

/** The first block while the head is written. */
export function finishingBlock(marker: RestoreMarker, updatedAt: number): Uint8Array {
  const block = new Uint8Array(FIRST_BLOCK);
  block.set(unfinishedSector());
  block.set(formatMarker(marker, updatedAt).subarray(0, RestoreMarkerStruct.size), FINISHING_SLOT);
  return block;
}

/**
 * The marker of an unfinished restore, null when there is none: a slot that was left over on a disk with a boot sector
 * of its own does not count. `marker` is null when the slots were lost; such a restore can only be started again.
 * @param start of the region that was restored to; 0 for a disk
 * @throws errors of reading
 */
export async function readMarker(source: BlockSource, start = 0): Promise<{ readonly marker: RestoreMarker | null } | null> {
  if (!holdsMarker(source.size - start)) return null;
  const first = await readBytes(source, start, FIRST_BLOCK);
  const own = unfinishedSector();
  if (!own.every((byte, i) => first[i] === byte)) return null;
  const found = [parseMarker(first.subarray(FINISHING_SLOT, FINISHING_SLOT + RestoreMarkerStruct.size))];
  for (const slot of MARKER_SLOTS) found.push(parseMarker(await readBytes(source, start + slot, RestoreMarkerStruct.size)));
  const best = found.filter((marker) => marker !== null).sort((a, b) => b.sequence - a.sequence)[0];
  return { marker: best ?? null };
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
