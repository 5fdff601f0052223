import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** A partition as the kernel knows it. Bytes. */
interface SysPartition {
  readonly name: string;
  readonly devno: string;
  readonly number: number;
  readonly offset: number;
  readonly length: number;
  readonly holders: readonly string[];
}

/** A whole block device as the kernel knows it: what is true, whatever the libraries say. */
export interface SysBlock {
  readonly name: string;
  readonly devno: string;
  /** Bytes. */
  readonly size: number;
  readonly readOnly: boolean;
  readonly removable: boolean;
  readonly logicalSectorSize: number;
  readonly physicalSectorSize: number;
  readonly partitions: readonly SysPartition[];
  /** What it is stacked on, by kernel name (disks and partitions). */
  readonly slaves: readonly string[];
  /** What is stacked on it. */
  readonly holders: readonly string[];
  /** The file behind a loop device. */
  readonly backingFile: string | null;
  /** Device-mapper's name for its maker: `LVM-...`, `CRYPT-LUKS2-...`, `mpath-...`. */
  readonly dmUuid: string;
  /** Its name under /dev/mapper. */
  readonly dmName: string;
  /** Counts every change of the medium. */
  readonly diskSeq: string;
  /** `MMC` (soldered) or `SD` on that bus. */
  readonly cardType: string;
  /** As the device itself says them, empty when it says nothing: udev is not on every computer. */
  readonly model: string;
  readonly serial: string;
  /** Where it hangs, as the path of its device in /sys/devices. */
  readonly devicePath: string;
}

const SYS_BLOCK = '/sys/block';
const MAX_DEVICES = 4096;

const textOf = async (path: string): Promise<string> => (await readFile(path, 'utf8').catch(() => '')).trim();
const namesIn = (path: string): Promise<string[]> => readdir(path).catch(() => []);
const numberOf = async (path: string, otherwise: number): Promise<number> => {
  const text = await textOf(path);
  const value = Number(text);
  return text !== '' && Number.isSafeInteger(value) && value >= 0 ? value : otherwise;
};

async function blockDeviceNames(): Promise<string[]> {
  return (await namesIn(SYS_BLOCK)).slice(0, MAX_DEVICES).sort();
}

/** All block devices of this computer, straight from the kernel. */
export async function readBlockDevices(): Promise<SysBlock[]> {
  const found = await Promise.all((await blockDeviceNames()).map(readBlockDevice));
  return found.filter((device) => device !== null);
}

async function readBlockDevice(name: string): Promise<SysBlock | null> {
  const folder = join(SYS_BLOCK, name);
  if ((await textOf(join(folder, 'hidden'))) === '1') return null;
  const devno = await textOf(join(folder, 'dev'));
  // It was pulled out while we were reading.
  if (!devno) return null;
  const [sectors, ro, rm, logical, physical, slaves, holders, backing, dmUuid, dmName, diskSeq, cardType, model, serial, devicePath, partitions] = await Promise.all([
    numberOf(join(folder, 'size'), 0), textOf(join(folder, 'ro')), textOf(join(folder, 'removable')),
    numberOf(join(folder, 'queue/logical_block_size'), 512), numberOf(join(folder, 'queue/physical_block_size'), 512),
    namesIn(join(folder, 'slaves')), namesIn(join(folder, 'holders')), textOf(join(folder, 'loop/backing_file')),
    textOf(join(folder, 'dm/uuid')), textOf(join(folder, 'dm/name')), textOf(join(folder, 'diskseq')), textOf(join(folder, 'device/type')),
    textOf(join(folder, 'device/model')), readSerial(folder),
    realpath(folder).catch(() => folder), readPartitions(folder),
  ]);
  return {
    name, devno, size: sectors * 512, readOnly: ro === '1', removable: rm === '1', logicalSectorSize: logical, physicalSectorSize: physical,
    partitions, slaves, holders, backingFile: backing || null, dmUuid, dmName, diskSeq, cardType: name.startsWith('mmcblk') ? cardType : '', model, serial,
    devicePath,
  };
}

/** NVMe, MMC and virtio have it as a line of text; SCSI as page 0x80 of its vital product data: four bytes in front, the third and fourth its length (SPC-4, 7.8.14). */
async function readSerial(folder: string): Promise<string> {
  const plain = (await textOf(join(folder, 'device/serial'))) || (await textOf(join(folder, 'serial')));
  if (plain) return plain;
  const page = await readFile(join(folder, 'device/vpd_pg80')).catch(() => null);
  return page && page.length > 4 && page[1] === 0x80 ? page.subarray(4, 4 + page.readUInt16BE(2)).toString('latin1').trim() : '';
}

async function readPartitions(folder: string): Promise<SysPartition[]> {
  const found: SysPartition[] = [];
  const disk = basename(folder);
  for (const name of (await namesIn(folder)).filter((entry) => entry.startsWith(disk)).slice(0, 256)) {
    const path = join(folder, name);
    const [number, devno, start, length, holders] = await Promise.all([
      numberOf(join(path, 'partition'), 0), textOf(join(path, 'dev')), numberOf(join(path, 'start'), 0), numberOf(join(path, 'size'), 0), namesIn(join(path, 'holders')),
    ]);
    if (number > 0 && devno) found.push({ name, devno, number, offset: start * 512, length: length * 512, holders });
  }
  return found.sort((a, b) => a.number - b.number);
}
