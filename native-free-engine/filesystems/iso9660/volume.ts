import { hasText, trimText, utf16beText, utf8Text } from '../../struct/index.ts';
import type { Volume } from '../types.ts';
import {
  EL_TORITO,
  ISO_DESCRIPTOR,
  ISO_DESCRIPTORS_OFFSET,
  ISO_SECTOR,
  IsoBootRecord,
  IsoDirectoryRecord,
  IsoVolumeDescriptor,
} from './structs.ts';

/** Where a directory lies, in bytes. */
export interface IsoDirectory {
  readonly offset: number;
  readonly size: number;
}

export interface IsoVolume {
  readonly label: string;
  readonly publisher: string;
  readonly application: string;
  readonly uuid: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes of a logical block, which everything is counted in: 2048 on nearly every disc. */
  readonly blockSize: number;
  readonly elTorito: boolean;
  /** Where the boot catalogue lies, in bytes; null without El Torito. */
  readonly bootCatalogue: number | null;
  readonly root: IsoDirectory;
  /** The root of the tree with long Unicode names. */
  readonly jolietRoot: IsoDirectory | null;
}

/** Null without a primary volume descriptor. Looks only at the head: the descriptors lie one after the other from sector 16. */
export function readIsoVolume({ head }: Pick<Volume, 'head'>): IsoVolume | null {
  let primary: ReturnType<typeof IsoVolumeDescriptor.read> | null = null;
  let joliet: ReturnType<typeof IsoVolumeDescriptor.read> | null = null;
  let bootCatalogue: number | null = null;
  for (let at = ISO_DESCRIPTORS_OFFSET; at + ISO_SECTOR <= head.length && hasText(head, at + 1, 'CD001'); at += ISO_SECTOR) {
    const type = head[at];
    if (type === ISO_DESCRIPTOR.terminator) break;
    if (type === ISO_DESCRIPTOR.boot) {
      const record = IsoBootRecord.read(head, at);
      if (record.bootSystem.startsWith(EL_TORITO)) bootCatalogue ??= record.catalogue * ISO_SECTOR;
    } else if (type === ISO_DESCRIPTOR.primary) {
      primary ??= IsoVolumeDescriptor.read(head, at);
    } else if (type === ISO_DESCRIPTOR.supplementary) {
      const descriptor = IsoVolumeDescriptor.read(head, at);
      if (/^%\/[@CE]/.test(descriptor.escapeSequences)) joliet ??= descriptor;
    }
  }
  if (!primary) return null;
  const label = utf8Text(primary.label).trimEnd();
  const jolietLabel = joliet && utf16beText(joliet.label).trimEnd();
  // Old makers left it zero.
  const blockSize = [512, 1024].includes(primary.blockSize) ? primary.blockSize : ISO_SECTOR;
  return {
    // Joliet keeps the case that the primary descriptor may not have; but it holds 16 characters only.
    label: jolietLabel !== null && jolietLabel.toUpperCase() === label.toUpperCase() ? jolietLabel : label,
    publisher: trimText(primary.publisher),
    application: trimText(primary.application),
    uuid: formatDate(primary.modified) || formatDate(primary.created),
    size: primary.sectors * blockSize,
    blockSize,
    elTorito: bootCatalogue !== null,
    bootCatalogue,
    root: rootOf(primary.rootRecord, blockSize),
    jolietRoot: joliet && rootOf(joliet.rootRecord, blockSize),
  };
}

function rootOf(record: Uint8Array, blockSize: number): IsoDirectory {
  const { extent, attributeBlocks, size } = IsoDirectoryRecord.read(record);
  return { offset: (extent + attributeBlocks) * blockSize, size };
}

/** `2026-11-21-03-00-00-00`, which blkid uses for a UUID. */
function formatDate(date: string): string {
  const digits = date.slice(0, 16);
  if (!/^\d{16}$/.test(digits) || /^0+$/.test(digits)) return '';
  return [digits.slice(0, 4), ...(digits.slice(4).match(/../g) ?? [])].join('-');
}
