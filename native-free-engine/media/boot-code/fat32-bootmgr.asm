; The boot code of Werkbank's own FAT32 boot sector: loads BOOTMGR from the root
; directory and starts it, as Microsoft's boot sectors do.
;
; In:   dl = drive; this sector, with its BIOS parameter block, at 0000:7C00.
; Out:  BOOTMGR at 2000:0000, entered there with dl = drive,
;       ds = es = ss = 0, the stack below 7C00, address line 20 on, and this
;       sector with its parameter block still at 0000:7C00, from where BOOTMGR
;       takes the partition it came from.
;
; Sectors of 512 bytes and a BIOS that reads by packet (int 13h, ah = 42h).
; A cluster is read in one go: up to 64 sectors, never over a 64 KiB border.
;
; Assembled with `nasm -f bin`; fat32-bootmgr.ts has the bytes from `code` on,
; and a test compares them.

        cpu 386
        bits 16
        org 0x7c00

; fields of the parameter block, from bp
SECTORS_PER_CLUSTER     equ 0x0d
RESERVED_SECTORS        equ 0x0e
FAT_COUNT               equ 0x10
HIDDEN_SECTORS          equ 0x1c
FAT_SECTORS             equ 0x24
ROOT_CLUSTER            equ 0x2c
DRIVE                   equ 0x40

; what this code keeps, in front of the sector; from bp
FAT_START               equ -4          ; dword: first sector of the FAT
DATA_START              equ -8          ; dword: first sector of cluster 2
TOP                     equ -10         ; word: end of memory, in paragraphs
STACK                   equ -16
FAT_BUFFER              equ 0x8000      ; one sector of the FAT
FOLDER_SEGMENT          equ 0x1000      ; one cluster of the root directory
BOOTMGR_SEGMENT         equ 0x2000

        times 90 db 0                   ; the jump and the parameter block

code:   cli
        xor ax, ax
        mov ss, ax
        mov bp, 0x7c00
        lea sp, [bp + STACK]
        mov ds, ax
        mov es, ax
        sti
        cld
        mov [bp + DRIVE], dl

        mov ah, 0x41                    ; has the BIOS addresses in sectors?
        mov bx, 0x55aa
        int 0x13
        jc unreadable
        cmp bx, 0xaa55
        jne unreadable

        movzx eax, word [bp + RESERVED_SECTORS]
        add eax, [bp + HIDDEN_SECTORS]
        mov [bp + FAT_START], eax
        movzx ecx, byte [bp + FAT_COUNT]
        imul ecx, [bp + FAT_SECTORS]
        add eax, ecx
        mov [bp + DATA_START], eax

; the root directory, cluster by cluster
        mov esi, [bp + ROOT_CLUSTER]
folder: mov bx, FOLDER_SEGMENT
        call read_cluster
        mov es, bx
        movzx cx, byte [bp + SECTORS_PER_CLUSTER]
        shl cx, 4                       ; entries in it
        xor di, di
.entry: cmp byte [es:di], 0             ; the end of the folder
        je missing
        test byte [es:di + 11], 0x18    ; a folder, the label, a piece of a long name
        jnz .next
        pusha
        mov si, name
        mov cx, 11
        repe cmpsb
        popa
        je found
.next:  add di, 32
        loop .entry
        call next_cluster
        jnc folder
missing:
        mov si, not_found
        jmp fail

; the file, from 2000:0000 on as far as memory goes
found:  push word [es:di + 0x14]
        push word [es:di + 0x1a]
        pop esi                         ; its first cluster
        int 0x12
        shl ax, 6
        mov [bp + TOP], ax
        mov bx, BOOTMGR_SEGMENT
load:   movzx cx, byte [bp + SECTORS_PER_CLUSTER]
        shl cx, 5                       ; paragraphs in a cluster
        add cx, bx
        cmp cx, [bp + TOP]
        ja damaged
        call read_cluster
        mov bx, cx
        call next_cluster
        jnc load

        mov ax, 0x2401                  ; address line 20 on
        int 0x15
        push ds
        pop es
        mov dl, [bp + DRIVE]
        jmp BOOTMGR_SEGMENT:0

; esi = a cluster -> the one that follows it; carry set: there is none
next_cluster:
        push bx
        mov eax, esi
        shr eax, 7                      ; 128 entries in a sector
        add eax, [bp + FAT_START]
        mov bx, FAT_BUFFER >> 4
        mov dx, 1
        call read
        pop bx
        and si, 127
        shl si, 2
        mov esi, [si + FAT_BUFFER]
        and esi, 0x0fffffff
        cmp esi, 0x0ffffff8
        cmc
        ret

; reads cluster esi to bx:0000
read_cluster:
        movzx edx, byte [bp + SECTORS_PER_CLUSTER]
        lea eax, [esi - 2]
        cmp eax, 0x0ffffff5             ; cluster 0 and 1, too
        ja damaged
        imul eax, edx
        add eax, [bp + DATA_START]

; reads dx sectors from sector eax to bx:0000
read:   mov di, 4                       ; so many tries
.again: pushad
        push dword 0                    ; the packet: address, 64 bits,
        push eax
        push bx                         ; where to,
        push word 0
        push dx                         ; how many sectors,
        push word 16                    ; and its own length
        mov si, sp
        mov ah, 0x42
        mov dl, [bp + DRIVE]
        int 0x13
        popa                            ; the packet away; flags stay
        popad
        jnc .done
        dec di
        jz unreadable
        pushad
        xor ax, ax                      ; reset the drive and try again
        mov dl, [bp + DRIVE]
        int 0x13
        popad
        jmp .again
.done:  ret

damaged:
        mov si, spoilt
        jmp fail
unreadable:
        mov si, no_answer
fail:   lodsb                           ; says what is wrong
        test al, al
        jz .wait
        mov bx, 7
        mov ah, 0x0e
        int 0x10
        jmp fail
.wait:  xor ax, ax                      ; waits for a key
        int 0x16
        int 0x19                        ; and starts over, never to return

name:           db "BOOTMGR    "
not_found:      db "No BOOTMGR on this disk.", 0
spoilt:         db "BOOTMGR is damaged.", 0
no_answer:      db "Disk read error.", 0

        %if $ - $$ > 510
        %error "longer than the boot sector"
        %endif
