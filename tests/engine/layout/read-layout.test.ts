import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { EngineError, mapDisk, memoryDevice, partitionTypeName, readLayout, type Layout, type LayoutPartition, type MemoryDevice } from '../../../native-free-engine/index.ts';
import { buildGpt } from '../../../native-free-engine/partitions/gpt/index.ts';
import { buildMbr } from '../../../native-free-engine/partitions/mbr/index.ts';
import type { Disk, Partition } from '../../../src/contract/index.ts';
import { need } from '../../support/need.ts';
import { blankFile, blkid, counting, labFolder, openFile, run } from '../lab.ts';

const MIB = 1024 * 1024;
const folder = labFolder();

// The engine may not import the contract; the compiler checks here that its words are the same.
const asPartition = (partition: LayoutPartition): Partition => ({ ...partition, mountPoints: [] });
const asTable = (layout: Layout): Disk['table'] => layout.table;

test('the practice disk', async () => {
  const file = new URL('../../../resources/practice/practice-disk.img.gz', import.meta.url);
  const packed = readFileSync(file);
  expect(packed.length).toBeLessThan(300 * 1024);
  const source = counting(memoryDevice(gunzipSync(packed)));
  const layout = await readLayout(source);
  expect(asTable(layout)).toBe('gpt');
  expect(layout.problems).toEqual([]);
  const seen = layout.partitions.map(asPartition).map((p) => [p.number, p.role, p.name, p.fileSystem?.kind ?? null, p.fileSystem?.label ?? null]);
  expect(seen).toEqual([
    [1, 'efi-system', 'EFI system partition', 'fat16', 'PRACTICE'],
    [2, 'microsoft-reserved', 'Microsoft reserved partition', null, null],
    [3, 'os', 'Basic data partition', 'ntfs', 'Windows'],
    [4, 'data', 'Linux data', 'ext4', 'practice-data'],
  ]);
  for (const partition of layout.partitions.filter((p) => p.fileSystem)) {
    expect(partition.usedBytes).toBeGreaterThan(0);
    expect(partition.usedBytes).toBeLessThan(partition.length);
  }
  expect(source.bytesRead).toBeLessThan(2 * MIB);
});

need({ tools: ['sgdisk', 'fsck.fat', 'ntfsfix', 'e2fsck', 'mdir', 'ntfsls'] })('the practice disk is what the tools call sound', async () => {
  const path = blankFile(folder, 'practice.img', 0);
  const disk = gunzipSync(readFileSync(new URL('../../../resources/practice/practice-disk.img.gz', import.meta.url)));
  writeFileSync(path, disk);
  expect(run('sgdisk', ['-v', path])).toContain('No problems found');
  const [efi, , ntfs, ext4] = (await readLayout(memoryDevice(disk))).partitions.map((p) => {
    const part = blankFile(folder, `practice-${p.number}.img`, 0);
    writeFileSync(part, disk.subarray(p.offset, p.offset + p.length));
    return part;
  });
  run('fsck.fat', ['-n', efi ?? '']);
  run('e2fsck', ['-f', '-n', ext4 ?? '']);
  run('ntfsfix', ['-n', ntfs ?? '']);
  expect(run('mdir', ['-b', '-i', efi ?? '', '::EFI/BOOT'])).toContain('README.TXT');
  expect(run('ntfsls', ['-p', '/Windows', ntfs ?? ''])).toContain('System32');
});

need({ tools: ['mke2fs', 'blkid'] })('a file system without a table is partition 0', async () => {
  const path = blankFile(folder, 'whole.img', 16 * MIB);
  run('mke2fs', ['-q', '-t', 'ext4', '-L', 'whole', path]);
  const source = await openFile(path);
  expect(await readLayout(source)).toEqual({
    table: 'none', problems: [], diskId: '',
    partitions: [{
      number: 0, offset: 0, length: 16 * MIB, type: '', id: '', name: '', attributes: '0', logical: false, role: 'data', active: false,
      fileSystem: { kind: 'ext4', label: 'whole', uuid: blkid(path).uuid }, usedBytes: expect.any(Number) as number,
    }],
  });
  await source.close();
});

for (const [tool, args, kind] of [['mkfs.fat', ['-n', 'SUPER'], 'fat16'], ['mkntfs', ['-q', '-Q', '-F'], 'ntfs'], ['mkfs.exfat', [], 'exfat']] as const) {
  need({ tools: [tool] })(`a stick that is all ${kind}: its boot sector is not taken for a table`, async () => {
    const path = blankFile(folder, `${kind}.img`, 32 * MIB);
    run(tool, [...args, path]);
    const source = await openFile(path);
    expect(await readLayout(source)).toMatchObject({ table: 'none', partitions: [{ number: 0, fileSystem: { kind } }] });
    await source.close();
  });
}

need({ tools: ['mkntfs', 'ntfscp'] })('MBR: a small active NTFS with a boot manager is "System Reserved"', async () => {
  const part = blankFile(folder, 'reserved.img', 16 * MIB);
  run('mkntfs', ['-q', '-Q', '-F', '-L', 'System Reserved', part]);
  const manager = blankFile(folder, 'bootmgr', 4096);
  const disk = memoryDevice(40 * MIB);
  const place = async (active: boolean): Promise<LayoutPartition | undefined> => {
    disk.bytes.set(buildMbr({ diskSignature: 0xabc, partitions: [{ offset: MIB, length: 16 * MIB, type: 7, active }] }, 512));
    disk.bytes.set(readFileSync(part), MIB);
    return (await readLayout(disk)).partitions[0];
  };
  expect((await place(true))?.role).toBe('data');
  run('ntfscp', ['-q', part, manager, 'bootmgr']);
  expect((await place(true))?.role).toBe('system-reserved');
  expect((await place(false))?.role).toBe('data');
  expect((await readLayout(disk)).diskId).toBe('00000ABC');
});

test('roles by type', async () => {
  const disk = memoryDevice(40 * MIB);
  const types = [0x27, 0x82, 0xef, 0x99];
  disk.bytes.set(buildMbr({ diskSignature: 1, partitions: types.map((type, i) => ({ offset: (i + 1) * MIB, length: MIB, type })) }, 512));
  const { partitions } = await readLayout(disk);
  expect(partitions.map((p) => [p.type, p.role])).toEqual([['0x27', 'recovery'], ['0x82', 'swap'], ['0xEF', 'efi-system'], ['0x99', 'unknown']]);
  expect(partitionTypeName('0x27')).toBe('Windows recovery');
  expect(partitionTypeName('c12a7328-f81f-11d2-ba4b-00a0c93ec93b')).toBe('EFI system');
  expect(partitionTypeName('0x99')).toBe('0x99');
});

test('a blank disk, and one that is hardly there', async () => {
  for (const size of [0, 100, 512, 4096, MIB]) {
    expect(await readLayout(memoryDevice(size))).toEqual({ table: 'none', problems: [], diskId: '', partitions: [] });
  }
});

/** A disk whose sectors from `from` on are bad. */
const badFrom = (disk: MemoryDevice, from: number): MemoryDevice => ({
  ...disk,
  readInto: (offset, buffer) =>
    offset + buffer.length > from ? Promise.reject(new EngineError('target-read-failed', { offset })) : disk.readInto(offset, buffer),
});

test('bad sectors: what can be read is still listed', async () => {
  const disk = memoryDevice(8 * MIB);
  disk.bytes.set(buildMbr({ diskSignature: 1, partitions: [{ offset: MIB, length: MIB, type: 7 }, { offset: 3 * MIB, length: MIB, type: 5 }] }, 512));
  expect(await readLayout(badFrom(disk, MIB))).toMatchObject({
    partitions: [{ number: 1, fileSystem: null }, { number: 2 }],
    problems: [{ code: 'ebr-unreadable' }, { code: 'partition-unreadable', severity: 'warning' }],
  });

  const image = buildGpt(
    { diskGuid: '00000000-0000-4000-8000-000000000001', partitions: [{ offset: MIB, length: MIB, type: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7', id: '00000000-0000-4000-8000-000000000002', name: 'a' }] },
    disk.size,
    512,
  );
  const gpt = memoryDevice(8 * MIB);
  gpt.bytes.set(image.start);
  gpt.bytes.set(image.end, image.endOffset);
  const layout = await readLayout(badFrom(gpt, 4 * MIB));
  expect(layout).toMatchObject({ table: 'gpt', partitions: [{ name: 'a' }], problems: [{ code: 'gpt-backup-damaged', params: { reason: 'target-read-failed' } }] });
});

/** Sectors of a disk of 64 MiB that was in an array which mdadm 4.2 made on loop devices (IMSM_NO_PLATFORM=1), packed; all others were zeros or content. */
const RECORDED = [
  { maker: 'Intel RST', uuid: '', blkidType: 'isw_raid_member', sectors: [[131_070, 'H4sIAAAAAAACA/PMK0nNUQhKzExR8Az2VXBOS1cIzkzXUzDUM9AzMGBgsBVkOfCAkYGh+ZhDJxMDHDQwMUIYIHEokwFEr0/ky2YYBEA/JbVMPyc/v8AAJsKEROJRb0icekMjM1SBBcxgigdNHSOcxUq5p24wgq1pALmL8T8jIeWMRBgJAOePAEAAAgAA']] },
  {
    maker: 'DDF', uuid: '4c696e75782d4d44deadbeef00000000583fbbafb1d8468d', blkidType: 'ddf_raid_member',
    sectors: [[98_304, 'H4sIAAAAAAACA7sneE8w+Lu7g09mXmmFrq/LvbX73jMAQYT97vUbb7j1GhjqGRjpGRgAhTiAYhuA9H9SAMgsBsYGBggNRGAxBJ/5P8N/BgcGdkbSjEU2nxGKmRggBjcBsQIQLwIKHwcKZzJArAW7BRs9kgEAfYmfEgACAAA='], [131_071, 'H4sIAAAAAAACA7sneE9Q9MTGWT6ZeaUVur4u99bue88ABBH2u9dvvOHWa2CoZ2CkZ2DwHwiAYhv+MzD8JwWAzGJgbGCA0Axg3QwMCD7zf4b/DA4M7IykGYtsPiMUMzFADG4CYgUgXgQUPg4UzgTJw9yCjR7JAAChYt1dAAIAAA==']],
  },
] as const;

/** Constructed: the same marks as a disk of 4096-byte sectors has them. */
function largeSectors(maker: string): Uint8Array {
  const disk = new Uint8Array(4 * MIB);
  const header = Buffer.alloc(128);
  header.writeUInt32BE(0xde11de11, 0);
  header.writeBigUInt64BE(9n, 0x60);
  if (maker === 'DDF') for (const at of [9 * 4096, disk.length - 4096]) disk.set(header, at);
  else disk.set(Buffer.from('Intel Raid ISM Cfg Sig. 1.3.00'), disk.length - 2 * 4096);
  return disk;
}

describe.each(RECORDED)('a disk of an array that firmware put together: $maker', ({ maker, uuid, blkidType, sectors }) => {
  const member = (): Uint8Array => {
    const disk = new Uint8Array(64 * MIB);
    for (const [lba, packed] of sectors) disk.set(gunzipSync(Buffer.from(packed, 'base64')), lba * 512);
    return disk;
  };

  need({ tools: ['blkid'] })('is known by its end, as blkid knows it', async () => {
    const path = blankFile(folder, `${blkidType}.img`, 0);
    writeFileSync(path, member());
    expect(blkid(path).type).toBe(blkidType);
    const layout = await readLayout(memoryDevice(member()));
    expect(layout).toMatchObject({ table: 'none', partitions: [{ number: 0, role: 'raid', length: 64 * MIB, fileSystem: { kind: 'raid', label: maker, uuid } }] });
  });

  test('constructed: also on sectors of 4096 bytes, and in an image that does not know them', async () => {
    for (const sectorSize of [4096, 512]) expect(await readLayout(memoryDevice(largeSectors(maker), sectorSize))).toMatchObject({ partitions: [{ role: 'raid' }] });
  });

  test('the table of a striped array is not that of its first disk; that of a mirror is', async () => {
    const disk = member();
    const tableOf = (length: number): Uint8Array => buildMbr({ diskSignature: 7, partitions: [{ offset: MIB, length, type: 7 }] }, 512);
    disk.set(tableOf(100 * MIB));
    expect(await readLayout(memoryDevice(disk))).toMatchObject({ table: 'none', partitions: [{ number: 0, role: 'raid' }] });
    expect(await mapDisk(memoryDevice(disk), { partitions: null, leaveOutSwapFiles: true })).toMatchObject({
      table: 'none', partitions: [{ number: 0, method: 'whole', wholeReason: 'raid' }], used: [{ offset: 0, length: disk.length }],
    });
    disk.set(tableOf(16 * MIB));
    expect(await readLayout(memoryDevice(disk))).toMatchObject({ table: 'mbr', problems: [{ code: 'firmware-raid', severity: 'warning', params: { maker } }], partitions: [{ number: 1 }] });
    expect(await mapDisk(memoryDevice(disk), { partitions: null, leaveOutSwapFiles: true })).toMatchObject({ table: 'mbr', warnings: [{ code: 'firmware-raid', params: { maker } }] });
  });

  test('what lies anywhere else makes no member', async () => {
    const disk = member();
    const moved = new Uint8Array(disk.length + 512);
    moved.set(disk);
    expect((await readLayout(memoryDevice(moved))).partitions).toEqual([]);
  });
});

test('a DDF anchor that names nothing makes no RAID member', async () => {
  const disk = new Uint8Array(4 * MIB);
  disk.set([0xde, 0x11, 0xde, 0x11], disk.length - 512);
  expect((await readLayout(memoryDevice(disk))).partitions).toEqual([]);
  disk.set([0xff, 0xff], disk.length - 512 + 0x60);
  expect((await readLayout(memoryDevice(disk))).partitions).toEqual([]);
});
