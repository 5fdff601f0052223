import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from './lab.ts';
import { SAY_AND_HALT } from './serial-asm.ts';
import { tool } from './tool.ts';

/** What the program says once all that it asked of its drive was answered as a CD drive answers. */
export const DISC_IMAGE_MARKER = 'WERKBANK-TEST-DISC-IMAGE';

/** So long is {@link markerDiscImage}: more than one read of a stick takes, less than a segment. */
const BLOCKS = 20;

/**
 * A boot image for a BIOS (El Torito, no emulation) that says on the serial port how its drive answers: whether blocks
 * have 2048 bytes, the disc's descriptors lie where they should, writing is refused, and a long read is whole.
 */
export async function markerDiscImage(lab: Lab): Promise<Buffer> {
  const source = `
    cpu 386
    bits 16
    org 0x7c00
    jmp 0:start
start: xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7c00
    mov [drive], dl
    mov bp, cut_off
    push word 0x07c0
    pop es
    cmp dword [es:${BLOCKS * 2048} - 4], 0x21444e45
    jne say

    mov bp, no_packets
    mov ah, 0x41
    mov bx, 0x55aa
    call disk
    jc say
    cmp bx, 0xaa55
    jne say

    mov bp, no_parameters
    mov ah, 0x48
    mov si, parameters
    call disk
    jc say
    cmp word [parameters + 24], 2048
    jne say

    mov bp, no_status
    mov ax, 0x4b01
    mov si, status
    call disk
    jc say
    mov al, [drive]
    cmp [status + 2], al
    jne say
    test byte [status + 1], 0x0f
    jnz say
    cmp byte [status], 0x13
    jne say

    mov bp, no_descriptor
    mov word [packet + 2], 1
    mov dword [packet + 8], 16
    call read
    jc say
    push word 0x2000
    pop es
    cmp dword [es:1], 'CD00'
    jne say

    mov bp, no_long_read
    mov word [packet + 2], ${BLOCKS}
    mov eax, [status + 4]
    mov [packet + 8], eax
    call read
    jc say
    cmp word [packet + 2], ${BLOCKS}
    jne say
    push word 0x07c0                    ; but for the first block, which is running
    pop ds
    mov si, 2048
    mov di, si
    mov cx, (${BLOCKS} - 1) * 2048 / 4
    cld
    repe cmpsd
    mov ax, 0
    mov ds, ax
    jne say

    mov bp, written
    mov ah, 0x43
    mov al, 0
    mov si, packet
    call disk
    jnc say
    mov ax, 0x0301
    mov cx, 1
    mov dh, 0
    mov bx, 0x9000
    call disk
    jnc say

    mov bp, beyond
    mov word [packet + 2], 1
    mov dword [packet + 8], 0x3fffffff
    call read
    jnc say

    mov bp, good
say: xor ax, ax
    mov ds, ax
    mov si, bp
${SAY_AND_HALT}
read: mov ah, 0x42
    mov si, packet
disk: mov dl, [drive]
    int 0x13
    ret

good: db '${DISC_IMAGE_MARKER}', 13, 10, 0
cut_off: db 'not loaded to its end', 13, 10, 0
no_packets: db 'no extensions', 13, 10, 0
no_parameters: db 'blocks are not of 2048 bytes', 13, 10, 0
no_status: db 'not a disc without emulation', 13, 10, 0
no_descriptor: db 'no volume descriptor in block 16', 13, 10, 0
no_long_read: db 'a long read is not whole', 13, 10, 0
written: db 'writing is not refused', 13, 10, 0
beyond: db 'a read beyond the end succeeds', 13, 10, 0
drive: db 0
packet: dw 16, 1, 0, 0x2000
    dd 16, 0
parameters: dw 26
    times 40 db 0
status: times 24 db 0
    times ${BLOCKS * 2048} - 4 - ($ - $$) db 0x5a
    dd 0x21444e45
`;
  const path = join(lab.folder, 'disc-image.asm');
  await writeFile(path, source);
  await tool('nasm', ['-f', 'bin', '-o', `${path}.bin`, path]);
  return readFile(`${path}.bin`);
}
