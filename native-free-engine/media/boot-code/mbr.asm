; The boot code of Werkbank's own master boot record: starts the boot sector of
; the active partition, found by its address in sectors (LBA).
;
; In:   dl = drive; this sector at 0000:7C00.
; Out:  the partition's boot sector at 0000:7C00, entered there with
;       dl = drive, ds:si = the partition's entry of the table, as every
;       master boot record hands over.
;
; Assembled with `nasm -f bin`; mbr.ts has the bytes, and a test compares them.

        cpu 386
        bits 16
        org 0x0600                      ; where it moves itself to

LOADED          equ 0x7c00
TABLE           equ 0x0600 + 0x1be
SIGNATURE       equ 0xaa55

start:  cli
        xor ax, ax
        mov ss, ax
        mov sp, LOADED
        mov ds, ax
        mov es, ax
        sti
        cld
        mov si, LOADED                  ; out of the way of the sector to come
        mov di, start
        mov cx, 256
        rep movsw
        jmp 0:moved

moved:  test dl, 0x80                   ; some BIOSes pass nothing sensible
        jnz .drive
        mov dl, 0x80
.drive: mov si, TABLE                   ; the entry marked active
        mov cx, 4
.entry: cmp byte [si], 0x80
        je .found
        add si, 16
        loop .entry
        mov si, no_active
        jmp fail

.found: mov ah, 0x41                    ; has the BIOS addresses in sectors?
        mov bx, 0x55aa
        push dx
        int 0x13
        pop dx
        mov di, no_lba                  ; what to say if not
        jc wrong
        cmp bx, SIGNATURE
        jne wrong
        shr cl, 1                       ; bit 0: reading with a packet
        jnc wrong

        mov bp, 4                       ; so many tries
.read:  push dword 0                    ; the packet: address, 64 bits,
        push dword [si + 8]
        push dword LOADED               ; where to, segment 0,
        push word 1                     ; how many sectors,
        push word 16                    ; and its own length
        mov di, sp
        push si
        mov si, di
        mov ah, 0x42
        push dx
        int 0x13
        pop dx
        pop si
        lea sp, [esp + 16]              ; keeps the carry flag
        jnc .loaded
        xor ax, ax                      ; reset the drive and try again
        push dx
        int 0x13
        pop dx
        dec bp
        jnz .read
        mov di, unreadable
        jmp wrong

.loaded:
        mov di, no_system
        cmp word [LOADED + 510], SIGNATURE
        jne wrong
        jmp 0:LOADED

wrong:  mov si, di
fail:   lodsb                           ; says what is wrong
        test al, al
        jz .wait
        mov bx, 7
        mov ah, 0x0e
        int 0x10
        jmp fail
.wait:  xor ax, ax                      ; waits for a key
        int 0x16
        int 0x18                        ; and lets the BIOS try the next device
.hang:  hlt
        jmp .hang

no_active:      db "Werkbank: no partition of this disk is marked as bootable.", 13, 10, 0
no_lba:         db "Werkbank: this BIOS is too old to boot from this disk.", 13, 10, 0
unreadable:     db "Werkbank: this disk could not be read.", 13, 10, 0
no_system:      db "Werkbank: the partition of this disk does not boot.", 13, 10, 0

        %if $ - $$ > 440
        %error "longer than the 440 bytes in front of the disk signature"
        %endif
