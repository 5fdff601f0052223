import { EngineError } from '../../base/errors.ts';
import { ISO_DESCRIPTORS_OFFSET, ISO_SECTOR } from '../../filesystems/iso9660/structs.ts';
import { memoryDevice } from '../../io/memory.ts';
import type { TreeEntry } from '../../io/file-tree.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { struct, u32le } from '../../struct/index.ts';

/**
 * Where a boot image is told the disc it lies on, for images that are longer than what the BIOS loads of them: "boot
 * information table" of mkisofs(8). Its last 40 bytes are reserved and become zeros.
 */
export const BootInfoTable = struct('BootInfoTable', 56, 'mkisofs(8), "-boot-info-table"', {
  primaryVolume: u32le(0x00, { unit: 'sectors of 2048' }),
  file: u32le(0x04, { unit: 'sectors of 2048' }),
  length: u32le(0x08, { unit: 'bytes' }),
  /** Sum of all words of 32 bits from byte 64 of the file on. */
  checksum: u32le(0x0c),
});

const TABLE_AT = 8;
const SUMMED_FROM = TABLE_AT + BootInfoTable.size;
/** The boot image of ISOLINUX, and of GRUB for CDs: neither finds itself without the table. */
const WANTS_TABLE = /(^|\/)(isolinux(-debug)?\.bin|eltorito\.img)$/i;

/** True for a boot image that is known to need the table. */
export const wantsBootInfo = (path: string): boolean => WANTS_TABLE.test(path);

/**
 * The image with the table in it.
 * @param blockOf where it lies on the disc, known by the time it is opened
 * @throws EngineError `disc-boot-image-invalid` when it is too short to hold one
 */
export function withBootInfo(image: TreeEntry, blockOf: () => number): TreeEntry {
  if (image.size < SUMMED_FROM) throw new EngineError('disc-boot-image-invalid', { path: image.path });
  return {
    ...image,
    open: async () => {
      const source = await image.open();
      try {
        // One that grew or shrank is told by its size where the disc is written.
        const bytes = await readBytes(source, 0, source.size);
        return memoryDevice(patched(bytes, blockOf()));
      } finally {
        await source.close();
      }
    },
  };
}

function patched(bytes: Uint8Array, block: number): Uint8Array {
  const words = new DataView(new ArrayBuffer(Math.ceil(bytes.length / 4) * 4));
  new Uint8Array(words.buffer).set(bytes);
  let checksum = 0;
  for (let at = SUMMED_FROM; at < words.byteLength; at += 4) checksum = (checksum + words.getUint32(at, true)) >>> 0;
  const table = BootInfoTable.write({ primaryVolume: ISO_DESCRIPTORS_OFFSET / ISO_SECTOR, file: block, length: bytes.length, checksum });
  bytes.set(table, TABLE_AT);
  return bytes;
}
