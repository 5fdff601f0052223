import { EngineError } from '../../base/errors.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { BOOT_SIGNATURE, BOOTABLE, BootEntry, BootSection, BootValidation, ISO_SECTOR } from './structs.ts';

/** What a machine may boot from a disc (El Torito 1.0). */
export interface BootImage {
  readonly platform: 'bios' | 'efi' | 'powerpc' | 'mac' | 'other';
  readonly bootable: boolean;
  readonly emulation: 'none' | 'floppy' | 'hard-disk';
  /** Where the image lies, in bytes. */
  readonly offset: number;
  /** How much of it the firmware loads, in bytes; for UEFI 0 or 512 mean up to the end of the disc. */
  readonly loadBytes: number;
}

const PLATFORMS: Readonly<Record<number, BootImage['platform']>> = { 0: 'bios', 1: 'powerpc', 2: 'mac', 0xef: 'efi' };
const SECTION_MORE = 0x90;
const SECTION_LAST = 0x91;
const MAX_IMAGES = 62;

/**
 * The boot catalogue at `offset`, which is one sector on every disc that boots.
 * @throws EngineError `struct-invalid`, `struct-out-of-bounds`
 */
export async function readBootCatalogue(source: BlockSource, offset: number): Promise<readonly BootImage[]> {
  const data = await readBytes(source, offset, ISO_SECTOR);
  const validation = BootValidation.read(data);
  let sum = 0;
  for (let at = 0; at < BootValidation.size; at += 2) sum += (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8);
  if (validation.header !== 1 || validation.signature !== BOOT_SIGNATURE || (sum & 0xffff) !== 0) {
    throw new EngineError('struct-invalid', { struct: BootValidation.name, field: 'checksum' }, { place: { struct: BootValidation.name, offset } });
  }
  const images = [imageOf(data, BootValidation.size, validation.platform)];
  let at = BootValidation.size + BootEntry.size;
  while (at + BootSection.size <= data.length && images.length < MAX_IMAGES) {
    const section = BootSection.read(data, at);
    if (section.header !== SECTION_MORE && section.header !== SECTION_LAST) break;
    at += BootSection.size;
    for (let i = 0; i < section.entries && at + BootEntry.size <= data.length; i++) {
      images.push(imageOf(data, at, section.platform));
      at += BootEntry.size;
      // Extensions of a selection criterion, which nobody uses.
      while (at + BootEntry.size <= data.length && data[at] === 0x44) at += BootEntry.size;
    }
    if (section.header === SECTION_LAST) break;
  }
  return images;
}

function imageOf(data: Uint8Array, at: number, platform: number): BootImage {
  const entry = BootEntry.read(data, at);
  const media = entry.media & 0x0f;
  return {
    platform: PLATFORMS[platform] ?? 'other',
    bootable: entry.indicator === BOOTABLE,
    emulation: media === 0 ? 'none' : media === 4 ? 'hard-disk' : 'floppy',
    offset: entry.start * ISO_SECTOR,
    loadBytes: entry.sectors * 512,
  };
}
