import { z } from 'zod';
import type { Partition } from './disk.ts';

/**
 * What a partition is for, in more words than its role: `jobs:purpose.<code>` says it, `jobs:without.<code>` what is
 * lost when it is left out.
 */
export const partitionPurposeSchema = z.enum([
  // what starts a system
  'efi-windows', 'efi-linux', 'efi-both', 'efi', 'system-reserved', 'bios-boot', 'linux-boot',
  // the systems themselves, and what belongs to them
  'windows', 'linux', 'system', 'microsoft-reserved', 'recovery', 'swap',
  // what people keep
  'linux-home', 'encrypted', 'raid', 'lvm', 'macos', 'data', 'unknown', 'extended',
]);

export type PartitionPurpose = z.infer<typeof partitionPurposeSchema>;

type Judged = Pick<Partition, 'number' | 'role' | 'fileSystem' | 'name'> & { readonly type?: string };

/** Discoverable Partitions Specification. */
const LINUX_HOME = '933AC7E1-2EB4-4F13-B844-0E14E2AEF915';
const LINUX_EXTENDED_BOOT = 'BC13C2FF-59E6-4262-A352-B275FD6F7172';
const LINUX_FILE_SYSTEM = '0FC63DAF-8483-4772-8E79-3D69D8477DE4';

const LINUX_KINDS = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'f2fs'];
const WINDOWS_KINDS = ['ntfs', 'bitlocker', 'refs'];
const ENCRYPTED_KINDS = ['bitlocker', 'luks'];
const MACOS_KINDS = ['apfs', 'hfsplus'];

const kindOf = ({ fileSystem }: Judged): string => fileSystem?.kind ?? 'unknown';
/** The words that installers and people call a partition by. */
const called = (partition: Judged, name: string): boolean =>
  [partition.name, partition.fileSystem?.label ?? ''].some((said) => said.toLowerCase().replace(/^\//, '') === name);

const isWindows = (partition: Judged): boolean =>
  partition.role === 'microsoft-reserved' || (partition.role === 'os' && WINDOWS_KINDS.includes(kindOf(partition)));
const isLinux = (partition: Judged): boolean =>
  (partition.role === 'os' && LINUX_KINDS.includes(kindOf(partition))) || partition.type === LINUX_FILE_SYSTEM || partition.type === '0x83'
  || partition.role === 'lvm' || kindOf(partition) === 'luks';

/** What a disk can do without: left out, nothing anybody made is missing. */
export const canBeMissed = (purpose: PartitionPurpose): boolean => purpose === 'microsoft-reserved' || purpose === 'swap';

/** @param all the partitions of the same disk: what an EFI system partition starts lies beside it */
export function partitionPurpose(partition: Judged, all: readonly Judged[]): PartitionPurpose {
  const kind = kindOf(partition);
  switch (partition.role) {
    case 'efi-system': return efiOf(all);
    case 'os': return WINDOWS_KINDS.includes(kind) ? 'windows' : LINUX_KINDS.includes(kind) ? 'linux' : 'system';
    case 'recovery': return MACOS_KINDS.includes(kind) ? 'macos' : 'recovery';
    case 'system-reserved': case 'bios-boot': case 'microsoft-reserved': case 'swap': case 'raid': case 'lvm': case 'extended':
      return partition.role;
    case 'data': case 'unknown': return dataOf(partition, kind);
  }
}

function efiOf(all: readonly Judged[]): PartitionPurpose {
  const windows = all.some(isWindows);
  const linux = all.some(isLinux);
  return windows && linux ? 'efi-both' : windows ? 'efi-windows' : linux ? 'efi-linux' : 'efi';
}

function dataOf(partition: Judged, kind: string): PartitionPurpose {
  if (ENCRYPTED_KINDS.includes(kind)) return 'encrypted';
  if (MACOS_KINDS.includes(kind)) return 'macos';
  if (partition.type === LINUX_EXTENDED_BOOT || (LINUX_KINDS.includes(kind) && called(partition, 'boot'))) return 'linux-boot';
  if (partition.type === LINUX_HOME || (LINUX_KINDS.includes(kind) && called(partition, 'home'))) return 'linux-home';
  return kind === 'unknown' ? 'unknown' : 'data';
}
