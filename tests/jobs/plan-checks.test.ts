import { expect, test } from 'vitest';
import type { Plan } from '../../src/contract/index.ts';
import { checksOfPlan } from '../../src/jobs/index.ts';
import { capturePlan, identity, writePlan } from '../main/plans.ts';

const SURROUNDINGS = { folders: ['/images'], nameTemplate: '{machine}', manyMachines: false };
const checks = (plan: unknown) => checksOfPlan(plan as Plan, SURROUNDINGS);
const disks = [{ identity: identity('/dev/sdb') }, { identity: identity('/dev/sdc') }];

test('what has to be checked before each kind of plan', () => {
  const parent = { path: '/images/monday.qcow2', id: 'x', name: 'monday.qcow2', createdAt: '' };
  expect(checks({ ...capturePlan('/dev/sda'), chosen: [1, 3], parent, partBytes: 4e9, compression: 'small' })).toMatchObject({
    job: 'capture', sources: [{ disk: '/dev/sda', partitions: [1, 3] }], targets: [], destination: '/images/a.qcow2', parent: parent.path, partBytes: 4e9, compression: 'small', folders: ['/images'],
  });
  expect(checks({ kind: 'read', disk: identity('/dev/sda'), destination: '/kept.img', format: 'raw' })).toMatchObject({ job: 'read', sources: [{ disk: '/dev/sda', partitions: null }], targets: [], destination: '/kept.img', compression: 'none' });
  expect(checks({ kind: 'restore', disks, image: { location: '/images/a.qcow2' }, chosen: [2] })).toMatchObject({ job: 'restore', sources: [], targets: ['/dev/sdb', '/dev/sdc'], image: '/images/a.qcow2', imagePartitions: [2] });
  expect(checks(writePlan('linux.img', '/dev/sdb'))).toMatchObject({ job: 'write', targets: ['/dev/sdb'], image: 'linux.img' });
  expect(checks({ kind: 'format', disk: disks[0] })).toMatchObject({ job: 'format', targets: ['/dev/sdb'], image: null });
  for (const kind of ['windows-stick', 'winpe']) expect(checks({ kind, disks, image: {} })).toMatchObject({ job: 'media', targets: ['/dev/sdb', '/dev/sdc'], image: null });
  // A WinPE that becomes an ISO writes no disk; the machine is checked all the same.
  expect(checks({ kind: 'winpe', disks: [], iso: { path: '/pe.iso', size: 1 } })).toMatchObject({ job: 'media', targets: [], destination: '/pe.iso' });
  for (const kind of ['verify', 'convert', 'iso', 'extract', 'drivers']) expect(checks({ kind })).toBeNull();
});
