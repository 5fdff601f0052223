import type { FileSystemFacts } from '../filesystems/types.ts';
import { roleOfType } from './partition-types.ts';
import type { LayoutRole } from './types.ts';

/** Windows makes its "System Reserved" partition 100 to 550 MB; a boot manager on a larger one is a stick, or Windows itself. */
const MAX_SYSTEM_RESERVED = 1024 ** 3;

const ROLE_OF_KIND: Readonly<Record<string, LayoutRole>> = { swap: 'swap', raid: 'raid', lvm2: 'lvm' };

/**
 * What a partition is for: its type decides where it says enough; a data
 * partition is judged by what its file system holds.
 */
export function roleOf(partition: { type: string; length: number; active: boolean; mbr: boolean }, found: FileSystemFacts | null): LayoutRole {
  const byType = roleOfType(partition.type);
  if (byType !== 'data' && byType !== 'unknown') return byType;
  if (!found) return byType;
  const byKind = ROLE_OF_KIND[found.kind];
  if (byKind) return byKind;
  if (found.holds.windows || found.holds.linuxRoot) return 'os';
  const small = partition.length <= MAX_SYSTEM_RESERVED;
  if (found.kind === 'ntfs' && partition.mbr && partition.active && small && found.holds.bootmgr) return 'system-reserved';
  return 'data';
}
