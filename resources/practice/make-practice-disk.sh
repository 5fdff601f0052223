#!/bin/sh
# Makes practice-disk.img.gz: a small real disk with a GPT, an EFI system
# partition, an NTFS with a Windows-like tree and an ext4 with files.
# Needs Debian's fdisk, dosfstools, mtools, ntfs-3g (FUSE), e2fsprogs; run as root.
# Identifiers and dates are fixed, so that a new image differs little from the old one.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'mountpoint -q "$work/ntfs" && umount "$work/ntfs"; rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1767225600 MTOOLS_SKIP_CHECK=1 TZ=UTC
disk=$work/practice-disk.img

truncate -s 64M "$disk"
sfdisk --quiet "$disk" <<TABLE
label: gpt
label-id: 57455243-4B42-414E-4B00-000000000001
first-lba: 34
start=2048, size=16384, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=57455243-4B42-414E-4B00-000000000011, name="EFI system partition"
start=18432, size=2048, type=E3C9E316-0B5C-4DB8-817D-F92DF00215AE, uuid=57455243-4B42-414E-4B00-000000000012, name="Microsoft reserved partition"
start=20480, size=65536, type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, uuid=57455243-4B42-414E-4B00-000000000013, name="Basic data partition"
start=86016, size=40960, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=57455243-4B42-414E-4B00-000000000014, name="Linux data"
TABLE

# put PARTITION-IMAGE FIRST-SECTOR
put() { dd if="$1" of="$disk" bs=512 seek="$2" conv=notrunc,sparse status=none; }

text() { mkdir -p "$(dirname "$1")"; printf '%s\n' "$2" > "$1"; }

# The EFI system partition
efi=$work/efi.img
truncate -s 8M "$efi"
mkfs.fat -F 16 -s 1 -n PRACTICE --invariant "$efi" > /dev/null
text "$work/efi/EFI/BOOT/README.TXT" "A practice disk: there is no boot loader on it."
text "$work/efi/EFI/Microsoft/Boot/README.TXT" "Here a Windows machine keeps bootmgfw.efi and BCD."
mcopy -s -i "$efi" "$work/efi/EFI" ::
put "$efi" 2048

# Windows
ntfs=$work/ntfs.img
truncate -s 32M "$ntfs"
mkntfs --quiet --quick --force --sector-size 512 --no-indexing --label Windows --partition-start 20480 --heads 255 --sectors-per-track 63 "$ntfs"
mkdir "$work/ntfs"
ntfs-3g "$ntfs" "$work/ntfs"
text "$work/ntfs/Windows/System32/config/SYSTEM" "Not a registry hive: a practice disk."
text "$work/ntfs/Windows/System32/drivers/etc/hosts" "127.0.0.1 localhost"
text "$work/ntfs/Windows/win.ini" "[fonts]"
text "$work/ntfs/Program Files/Werkbank/readme.txt" "Programs go here."
text "$work/ntfs/Users/Public/Documents/welcome.txt" "Welcome to the practice disk."
text "$work/ntfs/Users/Technician/Desktop/naïve café €.txt" "A name beyond ASCII."
umount "$work/ntfs"
put "$ntfs" 20480

# Linux
text "$work/ext4/etc/hostname" "practice"
text "$work/ext4/home/technician/notes.txt" "Check the fan first."
text "$work/ext4/var/log/syslog" "Nothing happened."
ext4=$work/ext4.img
truncate -s 20M "$ext4"
mke2fs -q -t ext4 -L practice-data -U 57455243-4b42-414e-4b00-000000000024 \
  -E hash_seed=57455243-4b42-414e-4b00-000000000034,lazy_itable_init=0,root_owner=0:0 -d "$work/ext4" "$ext4"
put "$ext4" 86016

gzip -9 -n -c "$disk" > "$here/practice-disk.img.gz"
ls -l "$here/practice-disk.img.gz"
