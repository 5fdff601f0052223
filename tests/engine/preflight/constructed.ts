import type { CheckContext, CheckFacts, ChosenPartition, DestinationFacts, DiskRef, Fact, Selection, SmartHealth, SysprepState, TargetFacts, VolumeRef } from '../../../native-free-engine/index.ts';

/** Facts constructed for verdicts: what hosts gather looks like this. */
export const is = <T>(value: T): Fact<T> => ({ known: true, value, from: 'test' });
export const gone: Fact<never> = { known: false, reason: 'timed-out', from: 'test', detail: '' };
export const absent: Fact<never> = { known: false, reason: 'unsupported', from: 'test', detail: '' };

export const disk: DiskRef = { id: '/dev/sda', number: 1, path: '/dev/sda', model: 'Samsung SSD', serial: 'S1', size: 500e9, sectorSize: 512, bus: 'sata' };
export const volume: VolumeRef = { diskId: '/dev/sda', number: 2, device: '/dev/sda2', kind: 'ntfs', label: 'Windows', role: 'os', mountPoints: [], size: 100e9 };
export const context: CheckContext = { system: 'linux', estimate: { seconds: 3600, imageBytes: 50e9 }, manyMachines: false, undecided: false, sources: ['/dev/sda'], wanted: null, partBytes: 0 };

export const well: SmartHealth = {
  passed: true, rotational: true, temperature: 35, powerOnHours: 100, reallocated: 0, reportedUncorrectable: 0, commandTimeouts: 0, pending: 0, offlineUncorrectable: 0,
  criticalWarning: null, percentageUsed: null, mediaErrors: null, availableSpare: null, spareThreshold: null,
};
const silent = Object.fromEntries(Object.keys(well).map((key) => [key, null])) as unknown as SmartHealth;
export const mute: SmartHealth = silent;

export const part = (number: number, role: ChosenPartition['role'], more: Partial<ChosenPartition> = {}): ChosenPartition =>
  ({ number, name: '', role, offset: number * 1e9, length: 1e9, usedBytes: 5e8, active: false, os: role === 'os' ? 'windows' : '', chosen: true, ...more });
export const selection = (table: Selection['table'], ...partitions: ChosenPartition[]): { selections: Selection[]; imaged: null } => ({ selections: [{ disk, table, partitions }], imaged: null });
export const imaged = (table: Selection['table'], ...partitions: ChosenPartition[]): CheckFacts['os-partitions'] => ({ selections: [], imaged: is({ disk: null, table, partitions }) });

export const destination: DestinationFacts = {
  folder: '/images', exists: true, free: is(200e9), fileSystem: is({ kind: 'ext4', maxFileBytes: null, network: false }), writable: is(true), speed: is(200e6), onDisks: is(['/dev/sdb']),
};
export const target: TargetFacts = { disk, readOnly: false, partitions: 0, systemDisk: false, health: is(well), answers: is(true), twins: 0 };
export const windows: SysprepState = { imageState: 'IMAGE_STATE_COMPLETE', oobe: false, computerName: 'PC-1', product: 'Windows 11 Pro', dirty: false, replayed: 0 };
