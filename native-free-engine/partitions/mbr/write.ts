import { EngineError } from '../../base/errors.ts';
import { bootMessage } from '../../struct/boot-message.ts';
import { MBR_SIGNATURE, MbrEntry, MbrSector } from './structs.ts';

interface MbrPlanPartition {
  /** Bytes, multiples of the sector size. */
  readonly offset: number;
  readonly length: number;
  readonly type: number;
  readonly active?: boolean;
}

export interface MbrPlan {
  readonly diskSignature: number;
  /** Four at most; entry by entry in this order. */
  readonly partitions: readonly MbrPlanPartition[];
  /** The first bytes of boot code; left out, a message that this disk boots nothing. */
  readonly bootCode?: Uint8Array;
}

const BOOT_ORIGIN = 0x7c00;
const MAX_LBA = 0xffffffff;

/**
 * Sector 0 of a fresh MBR: 512 bytes, whatever the sector size.
 * @throws EngineError `mbr-invalid` when a partition cannot be said in 32 bits of sectors
 */
export function buildMbr(plan: MbrPlan, sectorSize: number): Uint8Array {
  if (plan.partitions.length > 4) throw new EngineError('mbr-invalid', { reason: 'entries', value: plan.partitions.length });
  const entries = new Uint8Array(4 * MbrEntry.size);
  plan.partitions.forEach((partition, index) => {
    const firstLba = partition.offset / sectorSize;
    const sectors = partition.length / sectorSize;
    if (!Number.isInteger(firstLba) || !Number.isInteger(sectors) || sectors < 1 || firstLba > MAX_LBA || sectors > MAX_LBA) {
      throw new EngineError('mbr-invalid', { reason: 'range', entry: index + 1 });
    }
    MbrEntry.write(
      {
        status: partition.active ? 0x80 : 0x00,
        chsFirst: chs(firstLba),
        type: partition.type,
        chsLast: chs(firstLba + sectors - 1),
        firstLba,
        sectors,
      },
      entries,
      index * MbrEntry.size,
    );
  });
  return MbrSector.write({
    bootCode: plan.bootCode ?? bootMessage('This disk does not boot. Remove it and press a key.', BOOT_ORIGIN),
    diskSignature: plan.diskSignature,
    copyProtection: 0,
    entries,
    signature: MBR_SIGNATURE,
  });
}

/** What becomes of one of the four entries: another range in sectors, counted as the entry counts; or null, and it is cleared. */
export interface MbrEntryChange {
  /** From 0. */
  readonly index: number;
  readonly range: { readonly firstLba: number; readonly sectors: number } | null;
}

/**
 * An MBR or an extended boot record with some entries changed and everything else as it is: boot code, types, active flags.
 * @param diskSignature a new one; left out, it stays
 */
export function rewriteMbr(sector: Uint8Array, changes: readonly MbrEntryChange[], diskSignature?: number): Uint8Array {
  const mbr = MbrSector.read(sector);
  const entries = mbr.entries.slice();
  for (const { index, range } of changes) {
    const at = index * MbrEntry.size;
    if (!range) {
      entries.fill(0, at, at + MbrEntry.size);
      continue;
    }
    const { firstLba, sectors } = range;
    if (firstLba > MAX_LBA || sectors > MAX_LBA) throw new EngineError('mbr-invalid', { reason: 'range', entry: index + 1 });
    MbrEntry.write({ ...MbrEntry.read(entries, at), chsFirst: chs(firstLba), chsLast: chs(firstLba + sectors - 1), firstLba, sectors }, entries, at);
  }
  return MbrSector.write({ ...mbr, bootCode: mbr.bootCode.slice(), entries, diskSignature: diskSignature ?? mbr.diskSignature });
}

/** The geometry that every BIOS assumes for large disks: 255 heads, 63 sectors; beyond it, the highest address there is. */
function chs(lba: number): Uint8Array {
  const cylinder = Math.floor(lba / (255 * 63));
  if (cylinder > 1023) return Uint8Array.of(0xfe, 0xff, 0xff);
  const head = Math.floor(lba / 63) % 255;
  const sector = (lba % 63) + 1;
  return Uint8Array.of(head, sector | ((cylinder >> 2) & 0xc0), cylinder & 0xff);
}
