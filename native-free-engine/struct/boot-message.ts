/**
 * x86 code for a boot sector that boots nothing: prints a message, waits for a
 * key and lets the firmware try the next device. Without it a BIOS that is
 * told to boot such a stick would run into zeros and hang without a word.
 * @param origin where the code runs, 0x7C00 plus its offset in the sector
 */
export function bootMessage(message: string, origin: number): Uint8Array {
  const code = [
    0x31, 0xc0, // xor ax, ax
    0x8e, 0xd8, // mov ds, ax
    0xfc, // cld
    0xbe, 0x00, 0x00, // mov si, message (filled in below)
    0xac, // next: lodsb
    0x84, 0xc0, // test al, al
    0x74, 0x09, // jz done
    0xbb, 0x07, 0x00, // mov bx, 7
    0xb4, 0x0e, // mov ah, 0x0e
    0xcd, 0x10, // int 0x10: write the character
    0xeb, 0xf2, // jmp next
    0x31, 0xc0, // done: xor ax, ax
    0xcd, 0x16, // int 0x16: wait for a key
    0xcd, 0x19, // int 0x19: boot the next device
    0xeb, 0xfe, // jmp to itself
  ];
  const messageAt = origin + code.length;
  code[6] = messageAt & 0xff;
  code[7] = messageAt >> 8;
  return Uint8Array.from([...code, ...Array.from(`${message}\r\n\0`, (c) => c.charCodeAt(0))]);
}
