import { BOOTABLE, BOOT_SIGNATURE, BootEntry, BootSection, BootValidation, EL_TORITO, ISO_DESCRIPTOR, ISO_SECTOR, IsoBootRecord, IsoVolumeDescriptor } from '../../filesystems/iso9660/structs.ts';
import { isoRootRecord, type IsoTreePlan } from './iso-tree.ts';
import { blocksOf } from './nodes.ts';

export const APPLICATION = 'WERKBANK';
const EMPTY_DATE = `${'0'.repeat(16)}\0`;

export interface VolumeFacts {
  readonly label: string;
  readonly when: Date;
  /** Blocks of the whole disc. */
  readonly blocks: number;
}

/** UTF-16, big endian, as Joliet has it. */
export function jolietBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    bytes[i * 2] = text.charCodeAt(i) >> 8;
    bytes[i * 2 + 1] = text.charCodeAt(i) & 0xff;
  }
  return bytes;
}

export const latin1Bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);

/** A primary volume descriptor, or Joliet's supplementary one (ECMA-119 8.4, 8.5). @param start block of the tree on the disc */
export function volumeDescriptor(kind: 'primary' | 'joliet', facts: VolumeFacts, tree: IsoTreePlan, start: number): Uint8Array {
  const joliet = kind === 'joliet';
  // One character a byte of the field, blanks behind; in Joliet two bytes a character.
  const text = (value: string, length: number): string =>
    joliet ? String.fromCharCode(...jolietBytes(value.slice(0, length >> 1).padEnd(length >> 1))).padEnd(length, '\0') : value.slice(0, length).padEnd(length);
  const plainLabel = facts.label.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toUpperCase().replace(/[^A-Z0-9_-]/g, '_');
  const tableBlocks = blocksOf(tree.pathTableSize);
  const stamp = `${facts.when.toISOString().replace(/\D/g, '').slice(0, 16)}\0`;
  return IsoVolumeDescriptor.write({
    type: joliet ? ISO_DESCRIPTOR.supplementary : ISO_DESCRIPTOR.primary,
    identifier: 'CD001',
    version: 1,
    systemId: text('', 32),
    label: latin1Bytes(text(joliet ? facts.label : plainLabel, 32)),
    sectors: facts.blocks,
    escapeSequences: joliet ? '%/E' : '',
    volumeSetSize: 1,
    volumeSequence: 1,
    blockSize: ISO_SECTOR,
    pathTableSize: tree.pathTableSize,
    pathTableL: start,
    pathTableM: start + tableBlocks,
    rootRecord: isoRootRecord(tree, start),
    volumeSet: text('', 128),
    publisher: text('', 128),
    preparer: text('', 128),
    application: text(APPLICATION, 128),
    notices: text('', 36).padEnd(111, joliet ? '\0' : ' '),
    created: stamp,
    modified: stamp,
    expires: EMPTY_DATE,
    effective: EMPTY_DATE,
    structureVersion: 1,
  });
}

/** Leads to the boot catalogue; always the second descriptor (El Torito 1.0, figure 7). */
export function bootRecord(catalogueBlock: number): Uint8Array {
  const sector = new Uint8Array(ISO_SECTOR);
  return IsoBootRecord.write({ type: ISO_DESCRIPTOR.boot, identifier: 'CD001', version: 1, bootSystem: EL_TORITO, catalogue: catalogueBlock }, sector);
}

/** A descriptor of nothing but its name: `CD001` that ends the list, `BEA01`, `NSR02`, `TEA01` of UDF. */
export function nameDescriptor(type: number, identifier: string): Uint8Array {
  const sector = new Uint8Array(ISO_SECTOR);
  sector[0] = type;
  sector.set(latin1Bytes(identifier), 1);
  sector[6] = 1;
  return sector;
}

export interface CatalogueImage {
  readonly platform: number;
  readonly block: number;
  /** Sectors of 512 that the firmware loads; for UEFI 0 means all up to the end of the disc. */
  readonly sectors: number;
}

/** The boot catalogue: the first image is the default, each other has a section (El Torito 1.0, figures 2 to 5). */
export function bootCatalogue(images: readonly CatalogueImage[]): Uint8Array {
  const sector = new Uint8Array(ISO_SECTOR);
  const [first, ...others] = images;
  const values = { header: 1, platform: first?.platform ?? 0, name: APPLICATION, checksum: 0, signature: BOOT_SIGNATURE };
  const validation = new DataView(BootValidation.write(values).buffer);
  let sum = 0;
  for (let at = 0; at < BootValidation.size; at += 2) sum += validation.getUint16(at, true);
  BootValidation.write({ ...values, checksum: -sum & 0xffff }, sector);
  const entry = (image: CatalogueImage, at: number): void => {
    BootEntry.write({ indicator: BOOTABLE, media: 0, loadSegment: 0, systemType: 0, sectors: image.sectors, start: image.block }, sector, at);
  };
  if (first) entry(first, 32);
  others.forEach((image, i) => {
    const at = 64 + i * 64;
    BootSection.write({ header: i === others.length - 1 ? 0x91 : 0x90, platform: image.platform, entries: 1, name: '' }, sector, at);
    entry(image, at + 32);
  });
  return sector;
}
