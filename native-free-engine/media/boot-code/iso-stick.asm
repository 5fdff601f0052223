; The boot code of Werkbank's own master boot record for an ISO that was written
; to a stick byte by byte: starts the disc's El Torito image for a BIOS, which
; expects a CD drive with blocks of 2048 bytes, from a disk with sectors of 512.
;
; It stays in the last KiB of low memory and answers int 13h for one more drive,
; CD_DRIVE: a CD drive whose disc is the stick. What is read there is read from
; the stick, four sectors a block. The stick itself answers under its own number
; as before.
;
; In:   dl = the stick's drive; this sector at 0000:7C00.
; Out:  the image at 0000:7C00, entered there with dl = CD_DRIVE (El Torito 1.0,
;       section 2.1), ds = es = ss = 0, the stack below 7C00.
;
; Assembled with `nasm -f bin`; iso-stick.ts has the bytes and fills in the two
; fields at the end. A test compares them.

        cpu 386
        bits 16
        org 0                           ; where it moves itself to: segment:0000

LOADED          equ 0x7c00
CD_DRIVE        equ 0xef
MEMORY_KIB      equ 0x413               ; BIOS data: KiB of low memory
VECTOR          equ 0x13 * 4
MOST_BLOCKS     equ 15                  ; a read of the stick: 60 sectors, less than any BIOS refuses

; kept behind the sector; addresses of sectors have 32 bits
PACKET          equ 0x200               ; for reading from the stick
STICK           equ 0x210               ; byte: its drive
BIOS            equ 0x214               ; dword: what answered int 13h before

start:  cli
        xor ax, ax
        mov ss, ax
        mov sp, LOADED
        mov ds, ax
        cld
        dec word [MEMORY_KIB]
        mov ax, [MEMORY_KIB]
        shl ax, 6
        mov es, ax
        mov si, LOADED
        xor di, di
        mov cx, 256
        rep movsw
        push ax
        push word moved
        retf

moved:  mov eax, [VECTOR]
        mov word [VECTOR], int13
        mov [VECTOR + 2], cs
        push cs
        pop ds
        mov [BIOS], eax
        mov [STICK], dl
        sti

        mov ax, [sectors]               ; the image, as a CD's BIOS would load it
        add ax, 3
        shr ax, 2
        push dword 0                    ; the packet: address, 64 bits,
        push dword [image]
        push dword LOADED               ; where to, segment 0,
        push ax                         ; how many blocks,
        push word 16                    ; and its own length
        mov si, sp
        push ss
        pop ds
        mov ah, 0x42
        mov dl, CD_DRIVE
        int 0x13
        jc failed                       ; also where the BIOS has no addresses in sectors

        push ds
        pop es
        jmp 0:LOADED

failed: push cs
        pop ds
        mov si, message
.next:  lodsb                           ; says what is wrong
        test al, al
        jz .wait
        mov bx, 7
        mov ah, 0x0e
        int 0x10
        jmp .next
.wait:  xor ax, ax                      ; waits for a key
        int 0x16
        int 0x18                        ; and lets the BIOS try the next device
.hang:  hlt
        jmp .hang

; int 13h from here on. What is not for the CD drive is the BIOS's own.
int13:  cmp dl, CD_DRIVE
        je .ours
        jmp far [cs:BIOS]
.ours:  sti
        cmp ah, 0x42
        je read
        cmp ah, 0x48
        je parameters
        cmp ah, 0x4b
        je status
        cmp ah, 0x41                    ; has it addresses in sectors, and
        je .pass
        test ah, ah                     ; reset: as the stick does
        je .pass
        mov ah, 1                       ; no more than that; above all, no writing
        stc
        jmp back
.pass:  call stick_bios
        mov dl, CD_DRIVE
; returns with the carry flag as it is now, and the caller's other flags
back:   push bp
        mov bp, sp
        jc .carry
        and byte [bp + 6], 0xfe
        pop bp
        iret
.carry: or byte [bp + 6], 1
        pop bp
        iret

; what the BIOS itself says to the same for the stick
stick_bios:
        mov dl, [cs:STICK]
        pushf
        call far [cs:BIOS]
        ret

; ah = 42h: ds:si = a packet that counts in blocks
read:   pushad
        push es
        push ds
        pop es                          ; es:di = the caller's packet
        mov di, si
        push ds
        push cs
        pop ds
        mov si, PACKET
        mov dword [si], 16
        mov eax, [es:di + 4]            ; where to
        mov [si + 4], eax
        mov eax, [es:di + 8]            ; from where
        shl eax, 2
        mov [si + 8], eax
        xor eax, eax
        mov [si + 12], eax
        xor cx, cx
        xchg cx, [es:di + 2]            ; so many to read, and so many read
.more:  clc
        jcxz .done
        mov bx, MOST_BLOCKS
        cmp cx, bx
        ja .some
        mov bx, cx
.some:  mov ax, bx
        shl ax, 2
        mov [si + 2], ax
        pushad
        push es
        mov ah, 0x42
        call stick_bios
        pop es
        popad
        jc .done
        add [es:di + 2], bx
        sub cx, bx
        add [si + 8], eax
        shl ax, 5                       ; paragraphs
        add [si + 6], ax
        jmp .more
.done:  pop ds
        pop es
        popad
        mov ah, 0
        jnc back
        mov ah, 4                       ; sector not found
        jmp back

; ah = 48h: ds:si = where the drive's parameters go
parameters:
        call stick_bios
        mov dl, CD_DRIVE
        jc back
        mov word [si + 24], 2048
        shr dword [si + 16], 2
        jmp good

; ah = 4Bh: ds:si = where it goes what the disc was booted as (El Torito 1.0, figure 6)
status: pusha
        push es
        push ds
        pop es
        mov di, si
        mov si, specification
        mov cx, 19
        cld
        rep cs movsb
        pop es
        popa
good:   mov ah, 0
        clc
        jmp back

message:        db "Werkbank: this disc cannot be read.", 0

        times 440 - 19 - ($ - $$) db 0
specification:  db 19, 0, CD_DRIVE, 0   ; no emulation
image:          dd 0                    ; block of the image
                dw 0, 0, 0x07c0         ; loaded at 07C0:0000
sectors:        dw 0                    ; of 512 bytes, to load
                db 0, 0, 0
