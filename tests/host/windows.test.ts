import { expect, test } from 'vitest';
import { classify } from '../../src/host/classify.ts';
import type { CommandRunner } from '../../src/host/command.ts';
import type { DriveEntry } from '../../src/host/libraries.ts';
import { drivePath, parseWindows, windowsFromDrives, windowsHolding } from '../../src/host/windows/parse.ts';
import { encodeScript, EJECT_SCRIPT, LIST_SCRIPT, powershell } from '../../src/host/windows/powershell.ts';
import { cleanScript, createWindowsTargets } from '../../src/host/windows/targets.ts';
import type { Disk } from '../../src/contract/index.ts';
import { codes, stick } from './constructed.ts';

/** Constructed from the documentation of Get-Disk, Get-Partition and Get-Volume; not recorded. */
const LISTING = {
  systemDrive: 'C:', pagefiles: ['D:\\pagefile.sys'],
  disks: [
    { Number: 0, FriendlyName: 'Samsung SSD 980', SerialNumber: '0025_38', Size: 500107862016, BusType: 'NVMe', IsSystem: true, IsBoot: true, IsReadOnly: false, PartitionStyle: 'GPT', LogicalSectorSize: 512, PhysicalSectorSize: 4096 },
    { Number: 1, FriendlyName: 'WDC WD10', SerialNumber: ' WD-1 ', Size: 1000204886016, BusType: 'SATA', IsSystem: false, IsBoot: false, IsReadOnly: false, PartitionStyle: 'MBR', LogicalSectorSize: 512, PhysicalSectorSize: 4096 },
    { Number: 3, FriendlyName: 'SanDisk Ultra', SerialNumber: '4C53', Size: 30752636928, BusType: 'USB', IsSystem: false, IsBoot: false, IsReadOnly: false, PartitionStyle: 'MBR', LogicalSectorSize: 512, PhysicalSectorSize: 512 },
    { Number: 4, FriendlyName: 'Generic SD', SerialNumber: null, Size: 0, BusType: 'USB', IsSystem: false, IsBoot: false, IsReadOnly: false, PartitionStyle: 'RAW' },
    { Number: 5, FriendlyName: 'Mirror', Size: 64e9, BusType: 'SATA', IsReadOnly: false, PartitionStyle: 'GPT' },
  ],
  partitions: [
    { DiskNumber: 0, PartitionNumber: 1, Offset: 1048576, Size: 104857600, GptType: '{c12a7328-f81f-11d2-ba4b-00a0c93ec93b}', MbrType: null, IsActive: false, IsSystem: true, IsBoot: false, AccessPaths: ['\\\\?\\Volume{1}\\'] },
    { DiskNumber: 0, PartitionNumber: 3, Offset: 122683392, Size: 499000000000, GptType: '{ebd0a0a2-b9e5-4433-87c0-68b6b72699c7}', IsBoot: true, AccessPaths: ['C:\\', '\\\\?\\Volume{2}\\'] },
    { DiskNumber: 1, PartitionNumber: 1, Offset: 1048576, Size: 1000203837440, GptType: null, MbrType: 7, AccessPaths: ['D:\\', 'C:\\mnt\\data\\', '\\\\?\\Volume{3}\\'] },
    { DiskNumber: 3, PartitionNumber: 1, Offset: 1048576, Size: 30751588352, GptType: null, MbrType: 12, IsActive: true, AccessPaths: ['E:\\', '\\\\?\\Volume{4}\\'] },
    { DiskNumber: 5, PartitionNumber: 1, Offset: 17408, Size: 1048576, GptType: '{5808c8aa-7e8f-42e0-85d2-e1e90434cfb3}', AccessPaths: null },
  ],
  // One volume only: PowerShell 5 does not write a list of one.
  volumes: { Path: '\\\\?\\Volume{4}\\', FileSystem: 'FAT32', FileSystemLabel: 'STICK', Size: 30743000000, SizeRemaining: 30000000000 },
};
const drive = (device: string, change: Partial<DriveEntry>): DriveEntry => ({
  device, raw: device, busType: 'USB', description: 'x', size: 1e9, blockSize: 512, logicalBlockSize: 512, mountpoints: [], isReadOnly: false, isRemovable: true, isSystem: false, isCard: null, isUSB: true, isVirtual: null, ...change,
});

test('constructed: Get-Disk and its kin become disks with the numbers that diskpart shows', () => {
  const found = parseWindows(JSON.stringify(LISTING), [drive('\\\\.\\PhysicalDrive3', { isRemovable: true }), drive('\\\\.\\PHYSICALDRIVE4', { isCard: true, size: null })]);
  expect(found.systemKnown).toBe(true);
  const verdicts = found.disks.map((facts) => classify(facts, found));
  expect(found.disks.map((facts, index) => [facts.path, facts.bus, verdicts[index]?.kind, codes(verdicts[index])])).toEqual([
    ['\\\\.\\PhysicalDrive0', 'nvme', 'hidden', ['system']],
    ['\\\\.\\PhysicalDrive1', 'sata', 'hidden', ['swap']],
    ['\\\\.\\PhysicalDrive3', 'usb', 'confirm', ['mounted']],
    ['\\\\.\\PhysicalDrive4', 'sd', 'hidden', ['no-medium']],
    ['\\\\.\\PhysicalDrive5', 'sata', 'hidden', ['raid']],
  ]);
  expect(found.disks[0]?.partitions).toMatchObject([{ role: 'efi-system', type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B', mountPoints: [] }, { role: 'os', mountPoints: ['C:\\'] }]);
  expect(found.disks[2]).toMatchObject({
    model: 'SanDisk Ultra', serial: '4C53', table: 'mbr',
    partitions: [{ type: '0x0C', fileSystem: { kind: 'fat32', label: 'STICK' }, mountPoints: ['E:\\'], usedBytes: 743000000, active: true }],
  });
});

test('constructed: one disk only, and none', () => {
  const one = { ...LISTING, disks: LISTING.disks[2], partitions: LISTING.partitions[3] };
  const found = parseWindows(JSON.stringify(one), null);
  expect(found.disks).toHaveLength(1);
  expect(found.systemKnown).toBe(false);
  expect(classify(found.disks[0] ?? stick, found).kind).toBe('confirm');
  expect(parseWindows('{}', null)).toEqual({ disks: [], systemKnown: false });
});

test('constructed: drivelist alone still knows the system disk, and without that nothing internal is offered', () => {
  const found = windowsFromDrives([drive('\\\\.\\PhysicalDrive0', { isSystem: true, isRemovable: false, busType: 'NVME' }), drive('\\\\.\\PhysicalDrive1', { mountpoints: [{ path: 'E:\\' }] })]);
  expect(found.disks.map((facts) => classify(facts, found).kind)).toEqual(['hidden', 'confirm']);
  const blind = windowsFromDrives([drive('\\\\.\\PhysicalDrive0', { isRemovable: false, busType: 'SATA' })]);
  expect(blind.disks.map((facts) => classify(facts, blind).kind)).toEqual(['hidden']);
});

test('constructed: the disk a path lies on, by letter and by mounted folder; none for a network drive', () => {
  const { disks } = parseWindows(JSON.stringify(LISTING), null);
  expect(windowsHolding('C:\\Users\\a.iso', disks)).toEqual([drivePath(0)]);
  expect(windowsHolding('c:\\MNT\\data\\a.iso', disks)).toEqual([drivePath(1)]);
  expect(windowsHolding('C:\\mnt\\database\\a.iso', disks)).toEqual([drivePath(0)]);
  expect(windowsHolding('\\\\?\\E:\\a.iso', disks)).toEqual([drivePath(3)]);
  expect(windowsHolding('\\\\server\\share\\a.iso', disks)).toEqual([]);
});

test('scripts are constant and reach PowerShell encoded; what varies goes through standard input', async () => {
  const calls: { program: string; args: readonly string[]; input: string | undefined }[] = [];
  const run: CommandRunner = (program, args, options) => {
    calls.push({ program, args, input: options?.input });
    return Promise.resolve({ code: 0, stdout: '{}', stderr: '' });
  };
  await powershell(run, LIST_SCRIPT);
  expect(calls[0]).toMatchObject({ program: 'powershell.exe', args: ['-NoProfile', '-NonInteractive', '-EncodedCommand', encodeScript(LIST_SCRIPT)] });
  expect(Buffer.from(encodeScript(LIST_SCRIPT), 'base64').toString('utf16le')).toBe(LIST_SCRIPT);

  const facts = parseWindows(JSON.stringify(LISTING), null);
  const targets = createWindowsTargets(run, {
    read: () => Promise.resolve(facts), fingerprint: () => Promise.resolve(''), practiceUses: () => Promise.resolve([]), holding: () => Promise.resolve([]), numberOf: () => null, firstFreeNumber: 100, devicePath: (path) => path,
  });
  const disk: Disk = { ...(facts.disks[2] ?? stick), number: 3, verdict: { kind: 'confirm', reasons: [], score: 90 } };
  await targets.release(disk, new AbortController().signal);
  await targets.prepare(disk);
  expect(await targets.eject({ ...disk, tableHash: null })).toBe(true);
  expect(calls.slice(1)).toMatchObject([
    { program: 'mountvol.exe', args: ['E:\\', '/P'] },
    { program: 'diskpart.exe', args: [], input: cleanScript(3, true) },
    { program: 'powershell.exe', args: ['-NoProfile', '-NonInteractive', '-EncodedCommand', encodeScript(EJECT_SCRIPT)], input: 'E:' },
  ]);
  expect(cleanScript(3, true).split('\r\n')).toContain('select disk 3');
  expect(cleanScript(3, true).split('\r\n')).toContain('clean');
  // Without volumes: a half-restored disk keeps the marker in its first MiB.
  expect(cleanScript(3, false).split('\r\n')).not.toContain('clean');
  await expect(targets.prepare({ ...disk, path: '\\\\.\\PhysicalDrive3\r\nselect disk 0' })).rejects.toThrow('disk-not-found');
});
