import type { Disk, ImageInfo, Partition, Verdict } from '../../../src/contract/index.ts';

/** What a technician's bench might hold: the machine's own disk, two sticks, a card, a big disk and a practice disk. */

const part = (number: number, offset: number, length: number, role: Partition['role'], kind: string | null, label: string, used: number | null, mounts: string[] = []): Partition => ({
  number, offset, length, type: '0x07', name: '', role, fileSystem: kind === null ? null : { kind, label, uuid: '' }, mountPoints: mounts,
  usedBytes: used === null ? null : Math.round(length * used), active: false,
});

const verdict = (kind: Verdict['kind'], score: number, ...codes: Verdict['reasons'][number]['code'][]): Verdict => ({ kind, score, reasons: codes.map((code) => ({ code, params: code === 'large' ? { size: 1_000_204_886_016 } : code === 'system' ? { where: '/' } : {} })) });

const disk = (fields: Partial<Disk> & Pick<Disk, 'id' | 'number' | 'model' | 'size' | 'verdict'>): Disk => ({
  path: fields.id, practice: false, serial: '', bus: 'usb', removable: true, readOnly: false, logicalSectorSize: 512, physicalSectorSize: 512, table: 'gpt', partitions: [], ...fields,
});

const MIB = 1024 * 1024;

export const DISKS: readonly Disk[] = [
  disk({
    id: '/dev/nvme0n1', number: 0, model: 'Samsung SSD 990 PRO 1TB', serial: 'S6Z1NJ0W412345', size: 1_000_204_886_016, bus: 'nvme', removable: false,
    verdict: verdict('hidden', 0, 'system'),
    partitions: [
      part(1, MIB, 1024 * MIB, 'efi-system', 'fat32', 'SYSTEM', 0.12, ['/boot/efi']),
      part(2, 1025 * MIB, 900_000_000_000, 'os', 'ext4', 'root', 0.43, ['/']),
      part(3, 1025 * MIB + 900_000_000_000, 90_000_000_000, 'swap', 'swap', '', null),
    ],
  }),
  disk({
    id: '/dev/sda', number: 1, model: 'SanDisk Ultra USB 3.0', serial: '4C530001230419115432', size: 31_914_983_424, table: 'mbr', verdict: verdict('writable', 96, 'removable'),
    partitions: [part(1, MIB, 31_913_934_848, 'data', 'fat32', 'KLANT-USB', 0.61)],
  }),
  disk({
    id: '/dev/sdb', number: 2, model: 'Kingston DataTraveler Max', serial: 'E0D55EA574F2173038A50B2C', size: 62_109_253_632, verdict: verdict('writable', 95, 'removable'),
    partitions: [
      part(1, MIB, 260 * MIB, 'efi-system', 'fat32', 'ESP', 0.2),
      part(2, 261 * MIB, 16 * MIB, 'microsoft-reserved', null, '', null),
      part(3, 277 * MIB, 48_000_000_000, 'os', 'ntfs', 'Windows', 0.72),
      part(4, 277 * MIB + 48_000_000_000, 900 * MIB, 'recovery', 'ntfs', 'Herstel', 0.88),
    ],
  }),
  disk({ id: '/dev/sdc', number: 3, model: 'Generic Flash Disk', serial: '', size: 2_013_265_920, table: 'none', verdict: verdict('writable', 90, 'removable') }),
  disk({
    id: '/dev/sdd', number: 4, model: 'WDC WD10EZEX-08WN4A0', serial: 'WD-WCC6Y3ZK7RHP', size: 1_000_204_886_016, bus: 'sata', removable: false, verdict: verdict('confirm', 20, 'internal', 'large'),
    partitions: [part(1, MIB, 700_000_000_000, 'data', 'ntfs', 'Back-ups van de klant', 0.35)],
  }),
  disk({ id: '/dev/sde', number: 5, model: 'Multi-Card Reader', serial: '058F63666471', size: 0, table: 'none', verdict: verdict('hidden', 50, 'no-medium') }),
  disk({
    id: 'file:/home/anna/oefenschijven/stick.img', number: 90, path: '/home/anna/oefenschijven/stick.img', practice: true, model: 'Oefening 1', serial: 'PRACTICE-1', size: 8_000_000_000, bus: 'file',
    verdict: verdict('writable', 100, 'practice'),
    partitions: [part(1, MIB, 100 * MIB, 'efi-system', 'fat32', 'ESP', 0.02), part(2, 101 * MIB, 4_000_000_000, 'data', 'ntfs', 'DATA', 0.05), part(3, 101 * MIB + 4_000_000_000, 3_000_000_000, 'os', 'ext4', 'linux', 0.1)],
  }),
];

export const IMAGE: ImageInfo = {
  location: '/home/anna/Downloads/debian-13.2.0-amd64-netinst.img.xz', name: 'debian-13.2.0-amd64-netinst.img.xz', chain: ['xz'], size: 3_221_225_472, storedSize: 812_345_678, kind: 'hybrid-iso', table: 'gpt',
  partitions: [part(1, MIB, 512 * MIB, 'efi-system', 'fat32', 'ESP', 0.4), part(2, 513 * MIB, 2300 * MIB, 'os', 'ext4', 'rootfs', 0.7)],
  label: 'Debian 13.2.0', mappedBytes: 1_900_000_000,
  expected: [{ algorithm: 'sha256', hex: '9f2d1c5e8b7a46033d0f1e2c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978', from: 'SHA256SUMS' }],
};

export const WINDOWS_ISO: ImageInfo = {
  ...IMAGE, location: '/home/anna/Downloads/Win11_25H2_Dutch_x64.iso', name: 'Win11_25H2_Dutch_x64.iso', chain: [], size: 7_736_125_440, storedSize: 7_736_125_440, kind: 'windows-iso', table: 'none', partitions: [],
  label: 'CCCOMA_X64FRE_NL-NL_DV9', mappedBytes: null, expected: [],
};
