import { ATTR_DIRECTORY, FAT_BOOT_SIGNATURE, Fat16Ebpb, FatBpb, FatDirEntry } from '../../filesystems/fat/structs.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { TreeEntry } from '../../io/file-tree.ts';
import { bootMessage } from '../../struct/boot-message.ts';

/** The image is FAT12 or FAT16 by its number of clusters alone; small ones need small clusters. */
const SECTOR = 512;
const CLUSTER = 2048;
const SECTORS_PER_CLUSTER = CLUSTER / SECTOR;
const ROOT_ENTRIES = 512;
const ROOT_SECTORS = (ROOT_ENTRIES * FatDirEntry.size) / SECTOR;
const RESERVED = 1;
const BOOT_CODE_AT = FatBpb.size + Fat16Ebpb.size;
const FAT16_FROM = 4085;
/** FAT16 ends below 65,525 clusters; El Torito counts 16 bits of sectors, which is less. */
export const MAX_FAT_IMAGE = 65_535 * SECTOR;

interface Layout {
  readonly clusters: number;
  readonly fatSectors: number;
  readonly size: number;
  readonly wide: boolean;
}

const DIRECTORIES = 2;

function layOut(files: readonly TreeEntry[]): Layout {
  const used = DIRECTORIES + files.reduce((sum, { size }) => sum + Math.ceil(size / CLUSTER), 0);
  // Some room, so that a loader can leave a note.
  const clusters = used + 16;
  const wide = clusters >= FAT16_FROM;
  const fatSectors = Math.ceil(Math.ceil(((clusters + 2) * (wide ? 16 : 12)) / 8) / SECTOR);
  return { clusters, wide, fatSectors, size: (RESERVED + 2 * fatSectors + ROOT_SECTORS + clusters * SECTORS_PER_CLUSTER) * SECTOR };
}

/** Bytes of the image that {@link buildEfiImage} makes of these files. */
export const efiImageSize = (files: readonly TreeEntry[]): number => layOut(files).size;

/** True for a name that FAT holds without a long one beside it: all loaders of UEFI have such. */
export const isShortName = (name: string): boolean => /^[A-Z0-9_-]{1,8}(\.[A-Z0-9_-]{0,3})?$/i.test(name);

/**
 * A FAT volume with the files in EFI\BOOT, for UEFI to boot from a disc (UEFI specification 13.3).
 * @param files with short names, all read into memory
 * @param volumeId its serial number
 */
export async function buildEfiImage(files: readonly TreeEntry[], volumeId: number): Promise<Uint8Array> {
  const { clusters, fatSectors, size, wide } = layOut(files);
  const image = new Uint8Array(size);
  const rootAt = (RESERVED + 2 * fatSectors) * SECTOR;
  const dataAt = rootAt + ROOT_SECTORS * SECTOR;
  const placeOf = (cluster: number): number => dataAt + (cluster - 2) * CLUSTER;
  const chain = new Uint16Array(clusters + 2);
  const end = wide ? 0xffff : 0xfff;
  chain[0] = wide ? 0xfff8 : 0xff8;
  chain[1] = end;
  const directory = (at: number, name: string, cluster: number): void => {
    FatDirEntry.write({ name: name.padEnd(11), attributes: ATTR_DIRECTORY, clusterHigh: 0, clusterLow: cluster, size: 0, ...STAMP }, image, at);
  };
  const [efi, boot] = [2, 3];
  chain[efi] = end;
  chain[boot] = end;
  directory(rootAt, 'EFI', efi);
  directory(placeOf(efi), '.', efi);
  directory(placeOf(efi) + 32, '..', 0);
  directory(placeOf(efi) + 64, 'BOOT', boot);
  directory(placeOf(boot), '.', boot);
  directory(placeOf(boot) + 32, '..', efi);

  let cluster = boot + 1;
  for (const [i, file] of files.entries()) {
    const count = Math.ceil(file.size / CLUSTER);
    const [base = '', extension = ''] = file.path.slice(file.path.lastIndexOf('/') + 1).toUpperCase().split('.');
    const name = base.padEnd(8) + extension.padEnd(3);
    FatDirEntry.write({ name, attributes: 0x20, clusterHigh: 0, clusterLow: count ? cluster : 0, size: file.size, ...STAMP }, image, placeOf(boot) + 64 + i * 32);
    const source = await file.open();
    try {
      image.set(await readBytes(source, 0, file.size), placeOf(cluster));
    } finally {
      await source.close();
    }
    for (let left = count; left > 0; left--, cluster++) chain[cluster] = left === 1 ? end : cluster + 1;
  }
  const fat = packChain(chain, wide, fatSectors * SECTOR);
  image.set(fat, RESERVED * SECTOR);
  image.set(fat, (RESERVED + fatSectors) * SECTOR);
  writeBootSector(image, fatSectors, wide, volumeId);
  return image;
}

/** 1 January 2020: the same image every time. */
const STAMP = { writeTime: 0, writeDate: (40 << 9) | (1 << 5) | 1 } as const;

/** Files that fit beside the two entries every folder starts with, in one cluster. */
export const MAX_EFI_FILES = CLUSTER / FatDirEntry.size - 2;

function packChain(chain: Uint16Array, wide: boolean, bytes: number): Uint8Array {
  const fat = new Uint8Array(bytes);
  chain.forEach((next, cluster) => {
    if (wide) {
      fat[cluster * 2] = next & 0xff;
      fat[cluster * 2 + 1] = next >> 8;
      return;
    }
    // Twelve bits each: two entries in three bytes.
    const at = Math.floor(cluster * 1.5);
    if (cluster % 2 === 0) {
      fat[at] = next & 0xff;
      fat[at + 1] = (fat[at + 1] ?? 0) | (next >> 8);
    } else {
      fat[at] = (fat[at] ?? 0) | ((next << 4) & 0xf0);
      fat[at + 1] = next >> 4;
    }
  });
  return fat;
}

function writeBootSector(image: Uint8Array, fatSectors: number, wide: boolean, volumeId: number): void {
  const sectors = image.length / SECTOR;
  FatBpb.write(
    {
      jump: Uint8Array.of(0xeb, BOOT_CODE_AT - 2, 0x90), oemName: 'MSDOS5.0', bytesPerSector: SECTOR, sectorsPerCluster: SECTORS_PER_CLUSTER,
      reservedSectors: RESERVED, fatCount: 2, rootEntries: ROOT_ENTRIES, totalSectors16: sectors < 0x10000 ? sectors : 0, media: 0xf8,
      fatSectors16: fatSectors, sectorsPerTrack: 32, heads: 64, hiddenSectors: 0, totalSectors32: sectors < 0x10000 ? 0 : sectors,
    },
    image,
  );
  Fat16Ebpb.write(
    { driveNumber: 0x80, state: 0, bootSignature: 0x29, volumeId, label: 'NO NAME    ', fileSystemType: wide ? 'FAT16   ' : 'FAT12   ' },
    image,
    FatBpb.size,
  );
  image.set(bootMessage('This disc boots with UEFI only.', 0x7c00 + BOOT_CODE_AT), BOOT_CODE_AT);
  new DataView(image.buffer).setUint16(510, FAT_BOOT_SIGNATURE, true);
}
