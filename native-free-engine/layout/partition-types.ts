import type { LayoutRole } from './types.ts';

interface PartitionType {
  /** The field's English name; not translated, as no tool does. */
  readonly name: string;
  readonly role: LayoutRole;
}

const type = (name: string, role: LayoutRole): PartitionType => ({ name, role });

/** UEFI 5.3.3, Microsoft "PARTITION_INFORMATION_GPT", the Discoverable Partitions Specification, and those others use. */
const GPT_TYPES: Readonly<Record<string, PartitionType>> = {
  'C12A7328-F81F-11D2-BA4B-00A0C93EC93B': type('EFI system', 'efi-system'),
  'E3C9E316-0B5C-4DB8-817D-F92DF00215AE': type('Microsoft reserved', 'microsoft-reserved'),
  'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7': type('Microsoft basic data', 'data'),
  'DE94BBA4-06D1-4D40-A16A-BFD50179D6AC': type('Windows recovery', 'recovery'),
  '5808C8AA-7E8F-42E0-85D2-E1E90434CFB3': type('Microsoft LDM metadata', 'unknown'),
  'AF9B60A0-1431-4F62-BC68-3311714A69AD': type('Microsoft LDM data', 'unknown'),
  'E75CAF8F-F680-4CEE-AFA3-B001E56EFC2D': type('Microsoft Storage Spaces', 'unknown'),
  '21686148-6449-6E6F-744E-656564454649': type('BIOS boot', 'bios-boot'),
  '0FC63DAF-8483-4772-8E79-3D69D8477DE4': type('Linux file system', 'data'),
  '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709': type('Linux root (x86-64)', 'os'),
  '44479540-F297-41B2-9AF7-D131D5F0458A': type('Linux root (x86)', 'os'),
  'B921B045-1DF0-41C3-AF44-4C6F280D3FAE': type('Linux root (ARM64)', 'os'),
  '69DAD710-2CE4-4E3C-B16C-21A1D49ABED3': type('Linux root (ARM)', 'os'),
  '933AC7E1-2EB4-4F13-B844-0E14E2AEF915': type('Linux home', 'data'),
  'BC13C2FF-59E6-4262-A352-B275FD6F7172': type('Linux extended boot', 'data'),
  '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F': type('Linux swap', 'swap'),
  'A19D880F-05FC-4D3B-A006-743F0F84911E': type('Linux RAID', 'raid'),
  'E6D6D379-F507-44C2-A23C-238F2A3DF928': type('Linux LVM', 'lvm'),
  'CA7D7CCB-63ED-4C53-861C-1742536059CC': type('Linux LUKS', 'data'),
  '48465300-0000-11AA-AA11-00306543ECAC': type('Apple HFS+', 'data'),
  '7C3457EF-0000-11AA-AA11-00306543ECAC': type('Apple APFS', 'data'),
  '426F6F74-0000-11AA-AA11-00306543ECAC': type('Apple boot', 'recovery'),
};

const MBR_TYPES: Readonly<Record<number, PartitionType>> = {
  0x01: type('FAT12', 'data'),
  0x04: type('FAT16', 'data'),
  0x05: type('Extended', 'extended'),
  0x06: type('FAT16', 'data'),
  0x07: type('NTFS or exFAT', 'data'),
  0x0b: type('FAT32', 'data'),
  0x0c: type('FAT32 (LBA)', 'data'),
  0x0e: type('FAT16 (LBA)', 'data'),
  0x0f: type('Extended (LBA)', 'extended'),
  0x12: type('Maker\'s recovery', 'recovery'),
  0x17: type('Hidden NTFS or hybrid ISO', 'data'),
  0x27: type('Windows recovery', 'recovery'),
  0x42: type('Microsoft LDM', 'unknown'),
  0x82: type('Linux swap', 'swap'),
  0x83: type('Linux', 'data'),
  0x85: type('Linux extended', 'extended'),
  0x8e: type('Linux LVM', 'lvm'),
  0xaf: type('Apple HFS+', 'data'),
  0xcd: type('Hybrid ISO', 'data'),
  0xee: type('GPT protective', 'unknown'),
  0xef: type('EFI system', 'efi-system'),
  0xfd: type('Linux RAID', 'raid'),
};

export const formatMbrType = (value: number): string => `0x${value.toString(16).toUpperCase().padStart(2, '0')}`;

const lookUp = (id: string): PartitionType | undefined => (id.startsWith('0x') ? MBR_TYPES[Number(id)] : GPT_TYPES[id.toUpperCase()]);

/** The name of a GPT type GUID or an MBR type (`0x07`); the type itself when nobody gave it one. */
export const partitionTypeName = (id: string): string => lookUp(id)?.name ?? id;

/** What the type alone says; `unknown` for types nobody gave a name. */
export const roleOfType = (id: string): LayoutRole => lookUp(id)?.role ?? 'unknown';
