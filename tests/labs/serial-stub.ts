/**
 * 16-bit code that prints a line on the first serial port and halts, wherever it is loaded: in place of a boot loader.
 * @param size bytes, zeros behind the code
 */
export function serialStub(line: string, size: number): Uint8Array {
  const code = [
    0xfa, // cli
    0xfc, // cld
    0xe8, 0x00, 0x00, // call next: puts where we are on the stack
    0x5e, // next: pop si
    0x83, 0xc6, 0x00, // add si, message - next (filled in below)
    0x8c, 0xc8, // mov ax, cs
    0x8e, 0xd8, // mov ds, ax
    0xac, // print: lodsb
    0x84, 0xc0, // test al, al
    0x74, 0x12, // jz halt
    0x88, 0xc4, // mov ah, al
    0xba, 0xfd, 0x03, // mov dx, line status of COM1
    0xec, // wait: in al, dx
    0xa8, 0x20, // test al, 0x20
    0x74, 0xfb, // jz wait
    0x88, 0xe0, // mov al, ah
    0xba, 0xf8, 0x03, // mov dx, COM1
    0xee, // out dx, al
    0xeb, 0xe9, // jmp print
    0xf4, // halt: hlt
    0xeb, 0xfd, // jmp halt
  ];
  code[8] = code.length - 5;
  const stub = new Uint8Array(size);
  stub.set([...code, ...Buffer.from(`\r\n${line}\r\n`, 'latin1')]);
  return stub;
}
