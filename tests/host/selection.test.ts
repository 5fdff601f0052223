import { expect, test } from 'vitest';
import type { Partition } from '../../src/contract/index.ts';
import { chosenPartitions } from '../../src/host/facts/selection.ts';
import { judge, thresholdsWith, type CheckContext } from '../../native-free-engine/index.ts';

const MIB = 1024 * 1024;
const part = (number: number, role: Partition['role'], kind: string | null, length = 100 * MIB): Partition => ({
  number, offset: number * 1000 * MIB, length, type: '', name: '', role, mountPoints: [], usedBytes: null, active: false, fileSystem: kind === null ? null : { kind, label: '', uuid: '' },
});
const systems = (...partitions: Partition[]): Record<number, string> =>
  Object.fromEntries(chosenPartitions(partitions, () => true).filter(({ os }) => os !== '').map(({ number, os }) => [number, os]));

test('a Windows behind BitLocker counts as one where Windows is to be expected and none is seen', () => {
  const [efi, msr] = [part(1, 'efi-system', 'fat32'), part(2, 'microsoft-reserved', null)];
  expect(systems(efi, msr, part(3, 'data', 'bitlocker', 900 * MIB), part(4, 'data', 'bitlocker', 400 * MIB))).toEqual({ 3: 'windows' });
  expect(systems(efi, msr, part(3, 'os', 'ntfs'), part(4, 'data', 'bitlocker'))).toEqual({ 3: 'windows' });
  // Beside a Linux that starts from the same disk too.
  expect(systems(efi, msr, part(3, 'data', 'bitlocker'), part(4, 'os', 'ext4'))).toMatchObject({ 3: 'windows' });
  // A stick that somebody locked is no system.
  expect(systems(part(1, 'data', 'bitlocker'))).toEqual({});
});

test('a Linux behind LUKS or in logical volumes counts as one where something starts and no system is seen', () => {
  const [efi, boot] = [part(1, 'efi-system', 'fat32'), part(2, 'data', 'ext4')];
  expect(systems(efi, boot, part(3, 'data', 'luks', 900 * MIB))).toEqual({ 3: 'other' });
  expect(systems(efi, boot, part(3, 'lvm', 'lvm2'))).toEqual({ 3: 'other' });
  expect(systems(efi, part(2, 'os', 'ext4'), part(3, 'data', 'luks'))).toEqual({ 2: 'other' });
  expect(systems(part(1, 'data', 'luks'), boot)).toEqual({});
});

test('without its boot partition it does not start, and nobody is advised to leave it out', () => {
  const disk = { id: '/dev/sda', number: 1, path: '/dev/sda', model: '', serial: '', size: 9000 * MIB, sectorSize: 512, bus: 'sata' };
  const partitions = chosenPartitions([part(1, 'efi-system', 'fat32'), part(2, 'microsoft-reserved', null), part(3, 'data', 'bitlocker', 4000 * MIB), part(4, 'os', 'ext4')], (number) => number !== 1);
  const context: CheckContext = { system: 'linux', estimate: { seconds: null, imageBytes: null }, manyMachines: false, undecided: false, sources: [disk.id], wanted: null, partBytes: 0 };
  const selections = [{ disk, table: 'gpt' as const, partitions }];
  expect(judge('os-partitions', { selections, imaged: null }, context, thresholdsWith()).map(({ finding }) => finding.code)).toEqual(['efi-left-out']);
  expect(judge('shrinking', { selections }, context, thresholdsWith()).map(({ finding }) => finding.code)).toEqual(['nothing']);
});
