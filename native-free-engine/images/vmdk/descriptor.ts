import { imageCorrupt, imageUnsupported } from '../faults.ts';

/** One line of a descriptor's list of extents. */
export interface VmdkExtentLine {
  /** Sectors of the disk. */
  readonly sectors: number;
  readonly type: string;
  readonly file: string;
  /** Where in a flat file the extent begins; sectors. */
  readonly offset: number;
}

export interface VmdkDescriptor {
  readonly createType: string;
  readonly extents: readonly VmdkExtentLine[];
}

/** Bytes; descriptors are a few hundred. */
export const MAX_DESCRIPTOR_BYTES = 256 * 1024;
const MAX_EXTENTS = 4096;

/**
 * The text that says what a VMDK is made of (VMware, Virtual Disk Format 5.0, "The Descriptor File").
 * @throws EngineError `image-corrupt`, `image-feature-unsupported`
 */
export function parseDescriptor(text: string, path: string): VmdkDescriptor {
  const values = new Map<string, string>();
  const extents: VmdkExtentLine[] = [];
  for (const line of text.split(/\r?\n/)) {
    const extent = /^(?:RW|RDONLY|NOACCESS)\s+(\d{1,15})\s+([A-Z]+)(?:\s+"([^"]*)"(?:\s+(\d{1,15}))?)?/.exec(line.trim());
    if (extent) {
      if (extents.length === MAX_EXTENTS) throw imageCorrupt('VMDK', path, 'extents');
      extents.push({ sectors: Number(extent[1]), type: extent[2]!, file: extent[3] ?? '', offset: Number(extent[4] ?? 0) });
      continue;
    }
    const value = /^([A-Za-z_.0-9]+)\s*=\s*"?([^"]*)"?$/.exec(line.trim());
    if (value) values.set(value[1]!.toLowerCase(), value[2]!);
  }
  const createType = values.get('createtype');
  if (createType === undefined || extents.length === 0) throw imageCorrupt('VMDK', path, 'descriptor');
  const parent = (values.get('parentcid') ?? 'ffffffff').toLowerCase();
  if (parent !== 'ffffffff') throw imageUnsupported(path, 'a parent disk');
  return { createType, extents };
}

/** @param file the image's own name, without folder */
export function formatDescriptor(file: string, sectors: number, cid: number): string {
  const heads = 255;
  const sectorsPerTrack = 63;
  return [
    '# Disk DescriptorFile',
    'version=1',
    `CID=${cid.toString(16).padStart(8, '0')}`,
    'parentCID=ffffffff',
    'createType="streamOptimized"',
    '',
    '# Extent description',
    // A quotation mark would end the name; what the name is does not matter, as the extent is this file.
    `RW ${sectors} SPARSE "${file.replaceAll(/["\r\n]/g, '_')}"`,
    '',
    '# The Disk Data Base',
    '#DDB',
    '',
    'ddb.virtualHWVersion = "4"',
    `ddb.geometry.cylinders = "${Math.min(65_535, Math.max(1, Math.floor(sectors / (heads * sectorsPerTrack))))}"`,
    `ddb.geometry.heads = "${heads}"`,
    `ddb.geometry.sectors = "${sectorsPerTrack}"`,
    'ddb.adapterType = "lsilogic"',
    '',
  ].join('\n');
}
