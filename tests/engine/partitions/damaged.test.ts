import { expect, test } from 'vitest';
import { memoryDevice, readLayout, type MemoryDevice } from '../../../native-free-engine/index.ts';
import { buildGpt, readGpt } from '../../../native-free-engine/partitions/gpt/index.ts';
import { MbrEntry, buildMbr, readMbr } from '../../../native-free-engine/partitions/mbr/index.ts';

const MIB = 1024 * 1024;
const BASIC = 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7';
const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

function gptDisk(sectorSize = 512, partitions = [{ offset: MIB, length: 2 * MIB }, { offset: 4 * MIB, length: 2 * MIB }]): MemoryDevice {
  const disk = memoryDevice(8 * MIB, sectorSize);
  const plan = { diskGuid: id(0), partitions: partitions.map((p, i) => ({ ...p, type: BASIC, id: id(i + 1), name: `p${i + 1}` })) };
  const image = buildGpt(plan, disk.size, sectorSize);
  disk.bytes.set(image.start);
  disk.bytes.set(image.end, image.endOffset);
  return disk;
}
const codes = async (disk: MemoryDevice): Promise<[string, string[]]> => {
  const layout = await readLayout(disk);
  return [layout.table, layout.problems.map((p) => p.code)];
};

test('a sound GPT has no problems', async () => {
  expect(await codes(gptDisk())).toEqual(['gpt', []]);
  expect(await codes(gptDisk(4096))).toEqual(['gpt', []]);
});

test('a damaged primary: the backup is shown, the table counts as corrupt', async () => {
  const disk = gptDisk();
  disk.bytes[512 + 0x30]! ^= 1;
  expect(await codes(disk)).toEqual(['corrupt', ['gpt-primary-damaged']]);
  expect((await readLayout(disk)).partitions).toHaveLength(2);
});

test('damaged entries are found by their checksum', async () => {
  const disk = gptDisk();
  disk.bytes[1024 + 0x20]! ^= 1;
  expect((await readLayout(disk)).problems).toEqual([{ code: 'gpt-primary-damaged', severity: 'error', params: { reason: 'entries-crc' } }]);
});

test('a damaged backup is a warning', async () => {
  const disk = gptDisk();
  disk.bytes[disk.size - 512 + 0x30]! ^= 1;
  expect(await codes(disk)).toEqual(['gpt', ['gpt-backup-damaged']]);
});

test('both copies damaged: nothing is shown, nothing thrown; the reader itself names the error', async () => {
  const disk = gptDisk();
  disk.bytes[512 + 0x30]! ^= 1;
  disk.bytes[disk.size - 512 + 0x30]! ^= 1;
  expect(await codes(disk)).toEqual(['corrupt', ['protective-mbr-only', 'gpt-primary-damaged']]);
  await expect(readGpt(disk)).rejects.toMatchObject({ code: 'gpt-invalid', params: { reason: 'header-crc' } });
});

test('two sound copies that differ', async () => {
  const disk = gptDisk();
  const other = gptDisk(512, [{ offset: MIB, length: 3 * MIB }]);
  disk.bytes.set(other.bytes.subarray(disk.size - MIB), disk.size - MIB);
  expect(await codes(disk)).toEqual(['corrupt', ['gpt-copies-differ']]);
});

test('an image on a larger disk: its backup is not at the end', async () => {
  const larger = memoryDevice(16 * MIB);
  larger.bytes.set(gptDisk().bytes);
  expect(await codes(larger)).toEqual(['gpt', ['gpt-backup-not-at-end']]);
});

test('the entries of an image on a larger disk are damaged: its header still says where the backup lies', async () => {
  const larger = memoryDevice(16 * MIB);
  larger.bytes.set(gptDisk().bytes);
  larger.bytes[1024 + 0x20]! ^= 1;
  const layout = await readLayout(larger, { gptCopy: 'backup' });
  expect(layout.problems.map(({ code }) => code)).toContain('gpt-primary-damaged');
  expect(layout.partitions.map(({ offset, length }) => [offset, length])).toEqual([[MIB, 2 * MIB], [4 * MIB, 2 * MIB]]);
});

test('a table made for 4096-byte sectors on a disk of 512', async () => {
  const disk = memoryDevice(gptDisk(4096).bytes, 512);
  expect(await codes(disk)).toEqual(['gpt', ['gpt-sector-size-differs']]);
});

test('a GPT that lost its protective MBR', async () => {
  const disk = gptDisk();
  disk.bytes.fill(0, 0, 512);
  expect(await codes(disk)).toEqual(['corrupt', ['protective-mbr-missing']]);
});

test('overlapping GPT partitions', async () => {
  expect(await codes(gptDisk(512, [{ offset: MIB, length: 3 * MIB }, { offset: 2 * MIB, length: MIB }]))).toEqual(['corrupt', ['partition-overlaps']]);
});

const mbrDisk = (partitions: { offset: number; length: number; type: number; active?: boolean }[]): MemoryDevice => {
  const disk = memoryDevice(8 * MIB);
  disk.bytes.set(buildMbr({ diskSignature: 1, partitions }, 512));
  return disk;
};

test('MBR: overlap, out of range, two active', async () => {
  expect(await codes(mbrDisk([{ offset: MIB, length: 2 * MIB, type: 7 }, { offset: 2 * MIB, length: MIB, type: 7 }]))).toEqual(['corrupt', ['partition-overlaps']]);
  expect(await codes(mbrDisk([{ offset: 32 * MIB, length: 2 * MIB, type: 7 }]))).toEqual(['corrupt', ['partition-out-of-range']]);
  expect(await codes(mbrDisk([{ offset: MIB, length: 8 * MIB, type: 7 }]))).toEqual(['mbr', ['partition-out-of-range']]);
  const active = [{ offset: MIB, length: MIB, type: 7, active: true }, { offset: 2 * MIB, length: MIB, type: 7, active: true }];
  expect(await codes(mbrDisk(active))).toEqual(['mbr', ['mbr-several-active']]);
});

test('an impossible status byte', async () => {
  const disk = mbrDisk([{ offset: MIB, length: MIB, type: 7 }]);
  disk.bytes[0x1be] = 0x41;
  expect(await codes(disk)).toEqual(['corrupt', ['mbr-status-invalid']]);
  await expect(readMbr(disk)).rejects.toMatchObject({ code: 'mbr-invalid', params: { reason: 'status' } });
});

/** An extended boot record at `at` (sectors) whose next is at `next` sectors of the extended partition. */
function putRecord(disk: MemoryDevice, at: number, next: number): void {
  const chs = new Uint8Array(3);
  disk.bytes[at * 512 + 510] = 0x55;
  disk.bytes[at * 512 + 511] = 0xaa;
  MbrEntry.write({ status: 0, chsFirst: chs, type: 0x83, chsLast: chs, firstLba: 8, sectors: 8 }, disk.bytes, at * 512 + 0x1be);
  MbrEntry.write({ status: 0, chsFirst: chs, type: 5, chsLast: chs, firstLba: next, sectors: 16 }, disk.bytes, at * 512 + 0x1ce);
}

test('a loop of extended boot records ends', async () => {
  const disk = mbrDisk([{ offset: MIB, length: 6 * MIB, type: 0x0f }]);
  putRecord(disk, 2048, 100);
  putRecord(disk, 2148, 200);
  putRecord(disk, 2248, 100);
  const layout = await readLayout(disk);
  expect(layout.problems.map((p) => p.code)).toContain('ebr-loop');
  expect(layout.partitions.filter((p) => p.number >= 5)).toHaveLength(3);
});

test('an endless chain of extended boot records is cut off', async () => {
  const disk = mbrDisk([{ offset: MIB, length: 6 * MIB, type: 0x0f }]);
  for (let i = 0; i < 400; i++) putRecord(disk, 2048 + i * 20, (i + 1) * 20);
  const table = await readMbr(disk);
  expect(table.chainProblems.map((p) => p.code)).toEqual(['ebr-too-many']);
  expect(table.partitions).toHaveLength(129);
});

test('chains that leave the disk or lose their signature', async () => {
  const disk = mbrDisk([{ offset: MIB, length: 6 * MIB, type: 0x0f }]);
  putRecord(disk, 2048, 0x0fffffff);
  expect((await readMbr(disk)).chainProblems.map((p) => p.code)).toEqual(['ebr-out-of-range']);
  putRecord(disk, 2048, 500);
  expect((await readMbr(disk)).chainProblems.map((p) => p.code)).toEqual(['ebr-signature-missing']);
});
