import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from './lab.ts';
import { tool } from './tool.ts';

/** The programs {@link cloneWithClonezilla} needs, for `need()`. */
export const CLONEZILLA_TOOLS = ['partclone.fat', 'partclone.extfs', 'sfdisk', 'dd', 'gzip'];

const SECTOR = 512;
/** Clonezilla's names for file systems, and the program of partclone that reads them. */
const PROGRAMS: Readonly<Record<string, readonly [name: string, program: string]>> = { fat32: ['vfat', 'partclone.fat'], ext4: ['ext4', 'partclone.extfs'] };

export interface SavedPartition {
  readonly number: number;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
  /** As the engine calls it; whatever partclone is not made for is copied with dd. */
  readonly kind: string;
  readonly role: string;
}

/** The folder that Clonezilla makes of a disk, by the same programs with the same options. */
export async function cloneWithClonezilla(lab: Lab, disk: string, size: number, table: 'gpt' | 'mbr', all: readonly SavedPartition[]): Promise<string> {
  // An extended partition holds nothing but the records of its logical ones.
  const partitions = all.filter(({ role }) => role !== 'extended');
  const folder = join(lab.folder, 'clonezilla');
  await mkdir(folder);
  const file = (name: string): string => join(folder, name);
  const sectors = (name: string, skip: number, count: number): Promise<string> =>
    tool('dd', [`if=${disk}`, `of=${file(name)}`, `bs=${SECTOR}`, `skip=${skip}`, `count=${count}`, 'status=none']);
  await writeFile(file('disk'), 'sda\n');
  await writeFile(file('parts'), `${partitions.map(({ number }) => `sda${number}`).join(' ')}\n`);
  await writeFile(file('sda-pt.sf'), (await tool('sfdisk', ['--dump', disk])).replaceAll(disk, '/dev/sda'));
  await writeFile(file('sda-pt.parted'), `Model: ATA (scsi)\nDisk /dev/sda: ${size / SECTOR}s\nSector size (logical/physical): 512B/512B\nPartition Table: ${table === 'gpt' ? 'gpt' : 'msdos'}\n`);
  await sectors('sda-mbr', 0, 1);
  if (table === 'gpt') {
    await sectors('sda-gpt-1st', 0, 34);
    await sectors('sda-gpt-2nd', size / SECTOR - 32, 32);
  } else {
    await sectors('sda-hidden-data-after-mbr', 1, Math.min(...partitions.map(({ offset }) => offset)) / SECTOR - 1);
  }
  for (const { number, offset, length, kind } of partitions) {
    const volume = join(lab.folder, `sda${number}`);
    await tool('dd', [`if=${disk}`, `of=${volume}`, 'bs=1M', 'iflag=skip_bytes,count_bytes', `skip=${offset}`, `count=${length}`, 'status=none']);
    const [name, program] = PROGRAMS[kind] ?? [];
    const read = program ? `${program} -z 10485760 -L '${volume}.log' -c -s '${volume}' --output -` : `cat '${volume}'`;
    const suffix = name ? `${name}-ptcl-img` : 'dd-img';
    await tool('sh', ['-c', `${read} | gzip -c --fast | split -a 2 -b 4096MB - '${file(`sda${number}.${suffix}.gz.`)}'`]);
  }
  return folder;
}
