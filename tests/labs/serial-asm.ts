/** 16-bit code that says the text at ds:si, up to a zero, on the serial port, and stops. It belongs below a label of its own. */
export const SAY_AND_HALT = `.next: lodsb
    test al, al
    jz .halt
    mov ah, al
.wait: mov dx, 0x3fd
    in al, dx
    test al, 0x20
    jz .wait
    mov al, ah
    mov dx, 0x3f8
    out dx, al
    jmp .next
.halt: hlt
    jmp .halt
`;
