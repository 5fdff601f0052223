import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from './lab.ts';
import { SAY_AND_HALT } from './serial-asm.ts';
import { tool } from './tool.ts';

/** What the program says once it is satisfied with how it was started. */
export const BOOTMGR_MARKER = 'WERKBANK-TEST-BOOTMGR';

/**
 * A stand-in for Microsoft's `bootmgr`, which cannot be had: says on the serial port how it was started. It wants
 * to be at 2000:0000 as a whole, with the drive in dl, and the boot sector it came from at 0000:7C00.
 * @param size bytes; the real one has about 400,000
 */
export async function markerBootmgr(lab: Lab, size = 400_000): Promise<Buffer> {
  const source = `
    cpu 386
    bits 16
    org 0
    mov ax, cs
    mov si, wrong_place
    cmp ax, 0x2000
    jne say
    mov si, wrong_drive
    cmp dl, 0x80
    jne say
    xor bx, bx
    mov es, bx
    mov si, wrong_sector
    cmp dword [es:0x7c52], 'FAT3'
    jne say
    cmp [es:0x7c40], dl
    jne say
    mov si, wrong_registers
    mov bx, es
    mov cx, ds
    or bx, cx
    mov cx, ss
    or bx, cx
    jnz say
    mov si, cut_off
    mov ax, 0x2000 + (${size} - 16) / 16
    mov es, ax
    cmp dword [es:(${size} - 16) % 16 + 12], 0x21444e45
    jne say
    mov si, good
say: push cs
    pop ds
${SAY_AND_HALT}good: db '${BOOTMGR_MARKER}', 13, 10, 0
wrong_place: db 'not at 2000:0000', 13, 10, 0
wrong_drive: db 'dl is not the drive', 13, 10, 0
wrong_sector: db 'no boot sector', 13, 10, 0
wrong_registers: db 'segments are not 0', 13, 10, 0
cut_off: db 'not loaded to its end', 13, 10, 0
    times ${size} - 4 - ($ - $$) db 0x5a
    dd 0x21444e45
`;
  const path = join(lab.folder, 'bootmgr.asm');
  await writeFile(path, source);
  await tool('nasm', ['-f', 'bin', '-o', `${path}.bin`, path]);
  return readFile(`${path}.bin`);
}
