import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { FAT32_BOOTMGR_CODE } from '../../../native-free-engine/media/boot-code/fat32-bootmgr.ts';
import { ISO_STICK_CODE } from '../../../native-free-engine/media/boot-code/iso-stick.ts';
import { MBR_BOOT_CODE } from '../../../native-free-engine/media/boot-code/mbr.ts';
import { need } from '../../support/need.ts';
import { labFolder, run } from '../lab.ts';

const folder = labFolder();
const source = (name: string): string => new URL(`../../../native-free-engine/media/boot-code/${name}.asm`, import.meta.url).pathname;

need({ tools: ['nasm'] }).each([
  ['mbr', MBR_BOOT_CODE, 0, 440],
  ['iso-stick', ISO_STICK_CODE, 0, 440],
  ['fat32-bootmgr', FAT32_BOOTMGR_CODE, 90, 420],
] as const)('the bytes of %s are its source assembled, and fit', (name, bytes, from, room) => {
  const out = join(folder, name);
  run('nasm', ['-f', 'bin', '-o', out, source(name)]);
  expect(Buffer.from(bytes).toString('hex')).toBe(readFileSync(out).subarray(from).toString('hex'));
  expect(bytes.length).toBeGreaterThan(200);
  expect(bytes.length).toBeLessThanOrEqual(room);
});
