import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { blankFile, run } from '../../lab.ts';

export const MIB = 1 << 20;
const shell = promisify(execFile);
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** How one partition of {@link makeFolder} is filled and saved, as Clonezilla does it. */
export interface Saved {
  readonly number: number;
  readonly start: number;
  readonly length: number;
  readonly content: 'vfat' | 'ext4' | 'ntfs' | 'swap' | 'noise';
  /** `gz`, `zst`, ...; empty for none. */
  readonly packing?: string;
  /** Bytes a piece; 0 for one file without a suffix. */
  readonly split?: number;
}

const MAKE: Readonly<Record<Saved['content'], (file: string, bytes: number) => void>> = {
  vfat: (file) => run('mkfs.fat', ['-F', '16', '-n', 'EFI', file]),
  ext4: (file) => run('mkfs.ext4', ['-q', '-F', '-b', '1024', '-d', new URL('../../../support', import.meta.url).pathname, file]),
  ntfs: (file) => run('mkntfs', ['-q', '-F', '-s', '512', file]),
  swap: (file) => run('mkswap', ['-q', '-L', 'paging', '-U', '1bcb2760-6aff-4b63-a33f-3f34c9685642', file]),
  noise: (file, bytes) => run('dd', ['if=/dev/urandom', `of=${file}`, 'conv=notrunc', 'status=none', 'bs=65536', `count=${bytes / 65_536}`]),
};
const PROGRAM: Partial<Record<Saved['content'], string>> = { vfat: 'fat', ext4: 'extfs', ntfs: 'ntfs' };
const PACKER: Readonly<Record<string, string>> = { gz: 'gzip -c', zst: 'zstd -qc', lz4: 'lz4 -qc', xz: 'xz -0c', bz2: 'bzip2 -c', '': 'cat' };

export interface MadeFolder {
  readonly folder: string;
  /** What a restore with Clonezilla's own tools gives. */
  readonly expected: Buffer;
}

/** A disk, and the folder that Clonezilla would make of it with the same programs, named after its scripts. */
export async function makeFolder(base: string, name: string, label: 'gpt' | 'dos', size: number, partitions: readonly Saved[], extra = ''): Promise<MadeFolder> {
  const folder = join(base, name);
  mkdirSync(folder);
  const disk = blankFile(base, `${name}.disk`, size);
  const lines = partitions.map(({ number, start, length, content }) => `${number} : start=${start / 512}, size=${length / 512}, type=${label === 'gpt' ? '0FC63DAF-8483-4772-8E79-3D69D8477DE4' : content === 'swap' ? '82' : '83'}`);
  run('sfdisk', ['-q', '--wipe', 'never', disk], [`label: ${label}`, ...(label === 'gpt' ? ['first-lba: 34'] : []), ...[...lines, extra].sort(), ''].join('\n'));
  const bytes = readFileSync(disk);
  for (let at = 446; at > 0; at--) bytes[at - 1] = at % 251;
  if (label === 'dos') bytes.fill(0x5a, 512, 60_000);

  await Promise.all(partitions.map(async ({ number, start, length, content, packing = 'gz', split = 0 }) => {
    const file = blankFile(base, `${name}.${number}`, length);
    MAKE[content](file, length);
    readFileSync(file).copy(bytes, start);
    if (content === 'swap') {
      writeFileSync(join(folder, `swappt-sda${number}.info`), 'UUID="1bcb2760-6aff-4b63-a33f-3f34c9685642"\nLABEL="paging"\n');
      return;
    }
    const program = PROGRAM[content];
    const target = join(folder, `sda${number}.${program ? `${content}-ptcl-img` : 'dd-img'}${packing ? `.${packing}` : ''}`);
    const read = program ? `partclone.${program} -c -q -s '${file}' -o - -L '${file}.log'` : `cat '${file}'`;
    const write = split ? `split -a 2 -b ${split} - '${target}.'` : `cat > '${target}'`;
    await shell('sh', ['-c', `${read} | ${PACKER[packing]} | ${write}`], { env: { ...process.env, PATH } });
    if (program) {
      blankFile(base, `${name}.${number}.restored`, length);
      await shell('sh', ['-c', `partclone.${program} -c -q -s '${file}' -o - -L '${file}.log' | partclone.restore -q -C -s - -O '${file}.restored' -L '${file}.log2'`], { env: { ...process.env, PATH } });
      bytes.fill(0, start, start + length);
      readFileSync(`${file}.restored`).copy(bytes, start);
    }
  }));

  const dump = run('sfdisk', ['--dump', disk]).replaceAll(disk, '/dev/sda');
  writeFileSync(join(folder, 'sda-pt.sf'), dump);
  writeFileSync(join(folder, 'sda-pt.parted'), `Model: ATA (scsi)\nDisk /dev/sda: ${size / 512}s\nSector size (logical/physical): 512B/512B\nPartition Table: ${label === 'gpt' ? 'gpt' : 'msdos'}\n`);
  writeFileSync(join(folder, 'disk'), 'sda\n');
  writeFileSync(join(folder, 'parts'), `${partitions.filter(({ content }) => content !== 'swap').map(({ number }) => `sda${number}`).join(' ')}\n`);
  writeFileSync(join(folder, 'sda-mbr'), bytes.subarray(0, 512));
  if (label === 'gpt') {
    writeFileSync(join(folder, 'sda-gpt-1st'), bytes.subarray(0, 34 * 512));
    writeFileSync(join(folder, 'sda-gpt-2nd'), bytes.subarray(size - 32 * 512));
  } else {
    writeFileSync(join(folder, 'sda-hidden-data-after-mbr'), bytes.subarray(512, MIB));
  }
  return { folder, expected: bytes };
}
