import { expect, test } from 'vitest';
import { classify } from '../../src/host/classify.ts';
import type { CommandRunner } from '../../src/host/command.ts';
import { createMacDisks } from '../../src/host/macos/disks.ts';
import { parseMac } from '../../src/host/macos/parse.ts';
import { createMacTargets } from '../../src/host/macos/targets.ts';
import type { Disk } from '../../src/contract/index.ts';
import { codes, stick } from './constructed.ts';

/** Constructed from diskutil(8) and published outputs of `diskutil list -plist` and `info -plist`; not recorded. */
const LIST = {
  WholeDisks: ['disk0', 'disk3', 'disk4', 'disk5'],
  AllDisksAndPartitions: [
    { DeviceIdentifier: 'disk0', Size: 500277792768, Content: 'GUID_partition_scheme', Partitions: [
      { DeviceIdentifier: 'disk0s1', Size: 524288000, Content: 'Apple_APFS_ISC' }, { DeviceIdentifier: 'disk0s2', Size: 494384795648, Content: 'Apple_APFS' }] },
    { DeviceIdentifier: 'disk3', Size: 494384795648, APFSPhysicalStores: [{ DeviceIdentifier: 'disk0s2' }], APFSVolumes: [
      { DeviceIdentifier: 'disk3s1', VolumeName: 'Macintosh HD', MountedSnapshots: [{ SnapshotMountPoint: '/' }] }, { DeviceIdentifier: 'disk3s5', MountPoint: '/System/Volumes/Data' }] },
    { DeviceIdentifier: 'disk4', Size: 31914983424, Content: 'FDisk_partition_scheme', Partitions: [{ DeviceIdentifier: 'disk4s1', Size: 31913934848, Content: 'DOS_FAT_32', VolumeName: 'STICK', MountPoint: '/Volumes/STICK' }] },
    { DeviceIdentifier: 'disk5', Size: 64000000000, Content: '' },
  ],
};
const INFOS = new Map<string, unknown>([
  ['disk0', { MediaName: 'APPLE SSD AP0512Q', BusProtocol: 'Apple Fabric', TotalSize: 500277792768, DeviceBlockSize: 4096, Internal: true, RemovableMedia: false, WritableMedia: true, Content: 'GUID_partition_scheme', VirtualOrPhysical: 'Physical' }],
  ['disk3', { VirtualOrPhysical: 'Virtual' }],
  ['disk4', { MediaName: 'Ultra', BusProtocol: 'USB', TotalSize: 31914983424, DeviceBlockSize: 512, Internal: false, RemovableMedia: true, WritableMedia: true, Content: 'FDisk_partition_scheme', VirtualOrPhysical: 'Physical' }],
  ['disk5', { MediaName: 'SD Card Reader', BusProtocol: 'Secure Digital', TotalSize: 64000000000, DeviceBlockSize: 512, Internal: true, RemovableMedia: true, WritableMedia: false, VirtualOrPhysical: 'Physical' }],
]);
const ROOT = { DeviceIdentifier: 'disk3s1s1', ParentWholeDisk: 'disk3' };

test('constructed: a container counts for the disk it lies on', () => {
  const found = parseMac({ list: LIST, infos: INFOS, root: ROOT }, null);
  expect(found.systemKnown).toBe(true);
  expect(found.disks.map((facts) => [facts.path, facts.bus, facts.table, classify(facts, found).kind, codes(classify(facts, found))])).toEqual([
    ['/dev/disk0', 'nvme', 'gpt', 'hidden', ['system']],
    ['/dev/disk4', 'usb', 'mbr', 'confirm', ['mounted']],
    ['/dev/disk5', 'sd', 'none', 'hidden', ['read-only']],
  ]);
  expect(found.disks[1]?.partitions).toMatchObject([{ number: 1, mountPoints: ['/Volumes/STICK'], length: 31913934848 }]);
});

test('constructed: when diskutil does not say what / is, nothing is offered without a question', () => {
  const list = { ...LIST, AllDisksAndPartitions: LIST.AllDisksAndPartitions.filter((entry) => entry.DeviceIdentifier !== 'disk3') };
  const found = parseMac({ list, infos: INFOS, root: null }, null);
  expect(found.systemKnown).toBe(false);
  expect(found.disks.map((facts) => classify(facts, found).kind)).not.toContain('writable');
  expect(parseMac({ list: null, infos: new Map(), root: 'x' }, null)).toEqual({ disks: [], systemKnown: false });
});

test('constructed: property lists go through plutil; unmounting, ejecting and the raw node', async () => {
  const calls: string[][] = [];
  const run: CommandRunner = (program, args, options) => {
    calls.push([program, ...args]);
    if (program === 'plutil') return Promise.resolve({ code: 0, stdout: options?.input ?? '', stderr: '' });
    const [command, , name] = args;
    if (command === 'list') return Promise.resolve({ code: 0, stdout: JSON.stringify(LIST), stderr: '' });
    if (command === 'info') return Promise.resolve({ code: 0, stdout: JSON.stringify(name === '/' ? ROOT : INFOS.get(name ?? '')), stderr: '' });
    return Promise.resolve({ code: args[2] === '/dev/disk9' ? 1 : 0, stdout: 'Volume is busy', stderr: '' });
  };
  const system = createMacDisks(run);
  const { disks } = await system.read({ quick: true });
  expect(disks).toHaveLength(3);
  expect(system.devicePath('/dev/disk4')).toBe('/dev/rdisk4');
  expect(system.numberOf(disks[1] ?? stick)).toBe(4);
  const targets = createMacTargets(run);
  const disk: Disk = { ...(disks[1] ?? stick), number: 4, verdict: { kind: 'confirm', reasons: [], score: 90 } };
  await targets.release(disk, new AbortController().signal);
  expect(calls.at(-1)).toEqual(['diskutil', 'unmountDisk', 'force', '/dev/disk4']);
  expect(await targets.eject({ ...disk, tableHash: null })).toBe(true);
  expect(calls.at(-1)).toEqual(['diskutil', 'eject', '/dev/disk4']);
  await expect(targets.release({ ...disk, path: '/dev/disk9' }, new AbortController().signal)).rejects.toThrow('target-in-use');
});
