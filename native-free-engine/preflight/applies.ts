import type { CheckedJob, CheckId } from './types.ts';

interface Applies {
  readonly jobs: readonly CheckedJob[];
  /** Only when asked for: it takes minutes, or puts questions to a network. */
  readonly optional?: true;
  /** About the disk of the job: has nothing to say before one is chosen. */
  readonly ofDisk?: true;
  /** Milliseconds after which it is given up. Null for scans, which take as long as the disk is large and are cancelled by hand. */
  readonly timeoutMs: number | null;
}

const ALL: readonly CheckedJob[] = ['capture', 'restore', 'write', 'deploy', 'media', 'read', 'format'];
const READS_DISK: readonly CheckedJob[] = ['capture', 'read'];
/** Knows what is on the disk, where `read` takes every byte as it is. */
const IMAGES_DISK: readonly CheckedJob[] = ['capture'];
const WRITES_DISK: readonly CheckedJob[] = ['restore', 'write', 'media', 'format'];
const USES_DISK: readonly CheckedJob[] = [...READS_DISK, ...WRITES_DISK];

/** Which check belongs to which job, and how long it may take. */
export const CHECKS: Readonly<Record<CheckId, Applies>> = {
  'power': { jobs: ALL, timeoutMs: 4_000 },
  'clock': { jobs: ALL, timeoutMs: 4_000 },
  'firmware': { jobs: ['capture', 'restore', 'deploy'], timeoutMs: 4_000 },
  'memory': { jobs: ['capture', 'restore', 'write', 'deploy', 'media', 'read'], timeoutMs: 4_000 },
  'updates': { jobs: IMAGES_DISK, ofDisk: true, timeoutMs: 10_000 },
  'external-devices': { jobs: ALL, timeoutMs: 8_000 },
  'hidden-disks': { jobs: ['capture', 'restore', 'deploy'], timeoutMs: 8_000 },
  'smart': { jobs: READS_DISK, ofDisk: true, timeoutMs: 15_000 },
  'activity': { jobs: USES_DISK, ofDisk: true, timeoutMs: 8_000 },
  'file-system': { jobs: READS_DISK, ofDisk: true, timeoutMs: 15_000 },
  'encryption': { jobs: IMAGES_DISK, ofDisk: true, timeoutMs: 10_000 },
  'hibernation': { jobs: IMAGES_DISK, ofDisk: true, timeoutMs: 10_000 },
  'os-partitions': { jobs: ['capture', 'restore'], timeoutMs: 8_000 },
  'free-space': { jobs: IMAGES_DISK, ofDisk: true, timeoutMs: 15_000 },
  'fragmentation': { jobs: IMAGES_DISK, ofDisk: true, timeoutMs: 20_000 },
  'sysprep': { jobs: IMAGES_DISK, ofDisk: true, timeoutMs: 15_000 },
  'shrinking': { jobs: IMAGES_DISK, ofDisk: true, timeoutMs: 15_000 },
  'image-name': { jobs: IMAGES_DISK, timeoutMs: 8_000 },
  'destination': { jobs: [...READS_DISK, 'media'], timeoutMs: 15_000 },
  'target': { jobs: WRITES_DISK, timeoutMs: 15_000 },
  'ports': { jobs: ['deploy'], timeoutMs: 8_000 },
  'dhcp': { jobs: ['deploy'], optional: true, timeoutMs: 15_000 },
  'file-system-scan': { jobs: IMAGES_DISK, optional: true, ofDisk: true, timeoutMs: null },
  'surface': { jobs: USES_DISK, optional: true, ofDisk: true, timeoutMs: null },
};

/** The checks of a job, in the order in which they are shown. @param optional those of the optional ones that are asked for */
export function checksFor(job: CheckedJob, optional: readonly CheckId[] = []): CheckId[] {
  return (Object.keys(CHECKS) as CheckId[]).filter((id) => CHECKS[id].jobs.includes(job) && (!CHECKS[id].optional || optional.includes(id)));
}
