import { EngineError } from '../../base/errors.ts';
import { createHasher } from '../../codecs/checksums.ts';
import { ISO_SECTOR } from '../../filesystems/iso9660/structs.ts';
import { buildGpt } from '../../partitions/gpt/index.ts';
import { buildMbr, MBR_TYPE } from '../../partitions/mbr/index.ts';
import { formatGuid } from '../../struct/index.ts';
import { isoStickCode } from '../boot-code/iso-stick.ts';
import type { CatalogueImage } from './iso-descriptors.ts';

/** What a stick has in front of the disc and behind it, for machines that start from sticks. */
export interface HybridEnds {
  /** From byte 0; at most 32 KiB, which ISO 9660 leaves to the system. */
  readonly front: Uint8Array;
  /** The last bytes of the disc; empty without a GPT. */
  readonly end: Uint8Array;
}

export interface HybridFacts {
  /** What a BIOS starts, null where it starts nothing. */
  readonly bios: CatalogueImage | null;
  /** The FAT volume that UEFI starts from. */
  readonly efi: { readonly block: number; readonly size: number } | null;
  /** Blocks of the whole disc. */
  readonly blocks: number;
  /** The same makes the same identifiers. */
  readonly seed: string;
}

/** Sticks count so; one with larger sectors shows no table, and UEFI then goes by El Torito. */
const SECTOR = 512;
/** The backup table takes 33 sectors. */
export const HYBRID_END_BLOCKS = 9;
/** UEFI specification 2.10, table 5.7. */
const EFI_SYSTEM = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';
/** Hidden, so that no system offers to format the disc. */
const HIDDEN_DISC = 0x17;
/** Our boot code counts sectors with 32 bits. */
const MAX_BIOS_BYTES = 2 ** 32 * SECTOR;

/**
 * With an image for UEFI: a GPT that shows it as the EFI system partition. With one for a BIOS: boot code that starts
 * it, and an active entry, without which some BIOSes pass a stick by. With no GPT that entry is the disc itself.
 * @throws EngineError `disc-too-large` beyond what a BIOS can address
 */
export function hybridEnds({ bios, efi, blocks, seed }: HybridFacts): HybridEnds {
  const size = blocks * ISO_SECTOR;
  if (bios && size > MAX_BIOS_BYTES) throw new EngineError('disc-too-large', { size });
  const bootCode = bios ? isoStickCode(bios.block, bios.sectors) : undefined;
  const disk = digest(`${seed} disk`);
  const diskSignature = new DataView(disk.buffer).getUint32(0, true);
  if (!efi) {
    const mbr = buildMbr({ diskSignature, partitions: [{ offset: 0, length: size, type: HIDDEN_DISC, active: true }], ...(bootCode && { bootCode }) }, SECTOR);
    return { front: mbr, end: new Uint8Array() };
  }
  const partition = { offset: efi.block * ISO_SECTOR, length: efi.size, type: EFI_SYSTEM, id: guidOf(digest(`${seed} efi`)), name: 'EFI system partition' };
  const { start, end } = buildGpt({ diskGuid: guidOf(disk), partitions: [partition] }, size, SECTOR);
  if (bootCode) {
    const protective = { offset: SECTOR, length: Math.min(size - SECTOR, 0xffffffff * SECTOR), type: MBR_TYPE.gptProtective };
    // Empty, over the MBR alone: it only carries the mark.
    const active = { offset: 0, length: SECTOR, type: MBR_TYPE.empty, active: true };
    start.set(buildMbr({ diskSignature: 0, partitions: [protective, active], bootCode }, SECTOR));
  }
  return { front: start, end };
}

function digest(text: string): Uint8Array {
  const hasher = createHasher('sha256');
  hasher.update(new TextEncoder().encode(text));
  return Uint8Array.from(hasher.hex().match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** Version 8: made by a rule of our own (RFC 9562, 5.8). */
function guidOf(bytes: Uint8Array): string {
  const guid = bytes.slice(0, 16);
  guid[7] = ((guid[7] ?? 0) & 0x0f) | 0x80;
  guid[8] = ((guid[8] ?? 0) & 0x3f) | 0x80;
  return formatGuid(guid);
}
