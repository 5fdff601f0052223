import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { toolEnv } from '../labs/tool.ts';

/** The Debian tools the sticks are made with, for `need()`. */
export const STICK_TOOLS = ['sfdisk', 'mkfs.fat', 'mkfs.ext4', 'debugfs'] as const;

const SECTOR = 512;
const run = (tool: string, args: readonly string[], input = ''): void => void execFileSync(tool, args, { input, env: toolEnv, stdio: ['pipe', 'ignore', 'pipe'] });

function blank(path: string, size: number): void {
  writeFileSync(path, '');
  truncateSync(path, size);
}

/** A 32 GB stick as a customer brings it: one FAT32 partition, more than half full. */
export function customerStick(path: string): void {
  blank(path, 31_914_983_424);
  run('sfdisk', ['--quiet', path], 'label: dos\nstart=2048, type=c\n');
  run('mkfs.fat', ['-F', '32', '-n', 'PHOTOS', '--offset=2048', path, String(31_914_983_424 / 1024 - 1024)]);
  fillFat(path, 2048 * SECTOR, 0.61);
}

/** A 64 GB stick with a Linux on it. */
export function linuxStick(path: string): void {
  blank(path, 62_109_253_632);
  const root = 1_050_624;
  run('sfdisk', ['--quiet', path], `label: gpt\nstart=2048, size=${root - 2048}, type=U, name="EFI"\nstart=${root}, size=104857600, type=L, name="Ubuntu"\ntype=S\n`);
  run('mkfs.fat', ['-F', '32', '-n', 'EFI', '--offset=2048', path, String((root - 2048) / 2)]);
  fillFat(path, 2048 * SECTOR, 0.12);
  run('mkfs.ext4', ['-q', '-L', 'Ubuntu', '-E', `offset=${root * SECTOR},lazy_itable_init=1,lazy_journal_init=1`, path, '52428800k']);
  run('debugfs', ['-w', '-R', 'set_super_value free_blocks_count 5400000', `${path}?offset=${root * SECTOR}`]);
}

/** A small stick nobody has formatted. */
export function emptyStick(path: string): void {
  blank(path, 4_005_527_552);
}

/** Marks a share of the clusters as taken, in the first table and in FSInfo: what a program that counts them sees. */
function fillFat(path: string, offset: number, share: number): void {
  const file = openSync(path, 'r+');
  const boot = Buffer.alloc(SECTOR);
  readSync(file, boot, 0, SECTOR, offset);
  const reserved = boot.readUInt16LE(0x0e) * SECTOR;
  const length = Math.floor((boot.readUInt32LE(0x24) * SECTOR * share) / 4) * 4 - 16;
  const taken = Buffer.alloc(length);
  for (let entry = 0; entry < length; entry += 4) taken.writeUInt32LE(0x0fffffff, entry);
  writeSync(file, taken, 0, length, offset + reserved + 16);
  const sectors = boot.readUInt32LE(0x20) - reserved / SECTOR - 2 * boot.readUInt32LE(0x24);
  const free = Buffer.alloc(4);
  free.writeUInt32LE(Math.floor((sectors / boot.readUInt8(0x0d)) * (1 - share)));
  writeSync(file, free, 0, 4, offset + boot.readUInt16LE(0x30) * SECTOR + 0x1e8);
  closeSync(file);
}
