import { expect, test } from 'vitest';
import { partitionPurpose, type PartitionPurpose, type PartitionRole } from '../../src/contract/index.ts';

type Judged = Parameters<typeof partitionPurpose>[0];

const part = (role: PartitionRole, kind = 'unknown', more: Partial<Judged> = {}): Judged => ({ number: 1, role, name: '', fileSystem: { kind, label: '', uuid: '' }, ...more });
const labelled = (kind: string, label: string): Judged => part('data', kind, { fileSystem: { kind, label, uuid: '' } });

test.each([
  ['efi-windows', part('efi-system', 'fat32'), [part('os', 'ntfs')]],
  ['efi-windows', part('efi-system', 'fat32'), [part('microsoft-reserved'), part('data', 'bitlocker')]],
  ['efi-linux', part('efi-system', 'fat32'), [part('os', 'ext4')]],
  ['efi-linux', part('efi-system', 'fat32'), [part('data', 'luks')]],
  ['efi-both', part('efi-system', 'fat32'), [part('os', 'ntfs'), part('os', 'btrfs')]],
  ['efi', part('efi-system', 'fat32'), [part('data', 'ntfs')]],
  ['windows', part('os', 'ntfs'), []],
  ['linux', part('os', 'xfs'), []],
  ['system', part('os', 'unknown'), []],
  ['recovery', part('recovery', 'ntfs'), []],
  ['macos', part('recovery', 'hfsplus'), []],
  ['macos', part('data', 'apfs'), []],
  ['linux-boot', labelled('ext4', 'boot'), []],
  ['linux-boot', part('data', 'vfat', { type: 'BC13C2FF-59E6-4262-A352-B275FD6F7172' }), []],
  ['linux-home', labelled('xfs', '/home'), []],
  // Windows' own people call a volume so too: it is their files.
  ['data', labelled('ntfs', 'home'), []],
  ['encrypted', part('data', 'bitlocker'), []],
  ['encrypted', part('unknown', 'luks'), []],
  ['data', part('data', 'exfat'), []],
  ['unknown', part('unknown'), []],
  ['unknown', part('data', 'unknown', { fileSystem: null }), []],
  ['microsoft-reserved', part('microsoft-reserved'), []],
  ['system-reserved', part('system-reserved', 'ntfs'), []],
  ['bios-boot', part('bios-boot'), []],
  ['swap', part('swap', 'swap'), []],
  ['raid', part('raid'), []],
  ['lvm', part('lvm'), []],
] as const satisfies readonly (readonly [PartitionPurpose, Judged, readonly Judged[]])[])('a partition that is for %s is known by its role, its file system and its neighbours', (purpose, partition, others) => {
  expect(partitionPurpose(partition, [partition, ...others])).toBe(purpose);
});
