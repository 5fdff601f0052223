import { expect, test } from 'vitest';
import { formatDevno } from '../../src/host/linux/device-numbers.ts';
import { isSystemMount, overlayFolders, parseMountInfo, parseSwaps } from '../../src/host/linux/mounts.ts';
import { fc } from './property.ts';

// The first line is proc_pid_mountinfo(5)'s own example; the others are constructed from it.
const MOUNTINFO = `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 8:17 / /media/my\\040stick rw shared:3 master:4 - vfat /dev/sdb1 rw
41 27 0:45 /@home /home rw - btrfs /dev/mapper/a\\040b rw,subvol=/@home
42 27 0:46 / /odd\\134name rw - fuse.sshfs user@host:/a\\040-\\040b rw
broken
`;

test('mountinfo: optional fields, escapes, and lines that are none', () => {
  expect(parseMountInfo(MOUNTINFO).map(({ devno, mountPoint, fileSystem, source }) => [devno, mountPoint, fileSystem, source])).toEqual([
    ['98:0', '/mnt2', 'ext3', '/dev/root'],
    ['254:0', '/', 'ext4', '/dev/vda'],
    ['8:17', '/media/my stick', 'vfat', '/dev/sdb1'],
    ['0:45', '/home', 'btrfs', '/dev/mapper/a b'],
    ['0:46', '/odd\\name', 'fuse.sshfs', 'user@host:/a - b'],
  ]);
});

test('swaps: devices and files, with escapes', () => {
  expect(parseSwaps('Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sda2                               partition\t1\t0\t-2\n/swap\\040file file 1 0 -3\n')).toEqual(['/dev/sda2', '/swap file']);
  expect(parseSwaps('')).toEqual([]);
});

test('mount points of the running system, and others', () => {
  for (const path of ['/', '/boot', '/boot/efi', '/efi', '/usr', '/usr/local', '/var', '/home', '/run/live/medium', '/run/archiso/bootmnt', '/cdrom', '/etc/hosts']) expect(isSystemMount(path), path).toBe(true);
  for (const path of ['/mnt', '/media/user/stick', '/run/media/user/stick', '/bootleg', '/srv/images', '/home/me/mount', '/tmp/x']) expect(isSystemMount(path), path).toBe(false);
});

test('the folders of an overlay, with colons and commas in their names', () => {
  expect(overlayFolders('rw,lowerdir=/a:/b\\:c:/d\\,e,upperdir=/up,workdir=/work,lowerdir+=/f')).toEqual(['/a', '/b:c', '/d,e', '/up', '/f']);
  expect(overlayFolders('rw')).toEqual([]);
});

test('device numbers are unpacked as the C library packs them', () => {
  expect(formatDevno(0x0801n)).toBe('8:1');
  expect(formatDevno(0xfe00n)).toBe('254:0');
  fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 0xffffffff }), (major, minor) => {
    const [a, b] = [BigInt(major), BigInt(minor)];
    const packed = ((a & 0xfffn) << 8n) | ((a & 0xfffff000n) << 32n) | (b & 0xffn) | ((b & 0xffffff00n) << 12n);
    expect(formatDevno(packed)).toBe(`${major}:${minor}`);
  }));
});
