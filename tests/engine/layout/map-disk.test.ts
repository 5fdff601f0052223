import { closeSync, openSync, writeSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mapDisk, memoryDevice } from '../../../native-free-engine/index.ts';
import { readGpt, rewriteGpt } from '../../../native-free-engine/partitions/gpt/index.ts';
import { buildMbr } from '../../../native-free-engine/partitions/mbr/index.ts';
import { noise } from '../../support/fake-image.ts';
import { need } from '../../support/need.ts';
import { blankFile, labFolder, openFile, run } from '../lab.ts';

test('a disk without a table that nobody knows is taken whole, never as an empty one', async () => {
  const bytes = noise(3 << 20, 5);
  const map = await mapDisk(memoryDevice(bytes), { partitions: null, leaveOutSwapFiles: true });
  expect(map).toMatchObject({ table: 'none', partitions: [{ number: 0, method: 'whole', wholeReason: 'unknown' }], used: [{ offset: 0, length: bytes.length }] });
  // The same behind the signature of a boot sector.
  bytes.fill(0, 446, 510).set([0x55, 0xaa], 510);
  expect(await mapDisk(memoryDevice(bytes), { partitions: null, leaveOutSwapFiles: true })).toMatchObject({ table: 'none', used: [{ offset: 0, length: bytes.length }] });
  await expect(mapDisk(memoryDevice(bytes), { partitions: [1], leaveOutSwapFiles: true })).rejects.toMatchObject({ code: 'partition-not-found' });
});

test.each([
  ['many entries', { entryCount: 512, entrySize: 128, entriesLba: 2 }],
  ['large entries', { entryCount: 128, entrySize: 512, entriesLba: 2 }],
  ['entries behind a boot loader of 8 MiB', { entryCount: 128, entrySize: 128, entriesLba: 20_480 }],
])('both copies of a GPT get into an image: %s', async (_what, { entryCount, entrySize, entriesLba }) => {
  const size = 40 << 20;
  const disk = new Uint8Array(size);
  const partition = {
    number: 1, offset: 16 << 20, length: 1 << 20, type: '0FC63DAF-8483-4772-8E79-3D69D8477DE4', id: '11111111-2222-3333-4444-555555555555', name: 'data', attributes: 0n,
  };
  const raw = { firstUsableLba: 32_768, entriesLba, entryCount, entrySize, entries: new Uint8Array(entryCount * entrySize) };
  const { start, end } = rewriteGpt(raw, { diskGuid: '99999999-2222-3333-4444-555555555555', partitions: [partition] }, size, 512);
  for (const { offset, bytes } of [...start, end]) disk.set(bytes, offset);
  disk.set(buildMbr({ diskSignature: 0, partitions: [{ offset: 512, length: size - 512, type: 0xee }] }, 512));

  const image = new Uint8Array(size);
  const { used } = await mapDisk(memoryDevice(disk), { partitions: null, leaveOutSwapFiles: true });
  for (const { offset, length } of used) image.set(disk.subarray(offset, offset + length), offset);
  expect(await readGpt(memoryDevice(image))).toMatchObject({
    primary: { entriesLba, partitions: [{ number: 1 }] }, primaryFault: null, backup: { partitions: [{ number: 1 }] }, backupFault: null,
  });
});

need({ tools: ['mkfs.btrfs', 'mkfs.xfs'] })('a sound volume that is not read here is taken whole and not called damaged; one that is damaged is', async () => {
  const folder = labFolder();
  const reasonOf = async (path: string): Promise<unknown> => {
    const source = await openFile(path);
    const { partitions } = await mapDisk(source, { partitions: null, leaveOutSwapFiles: true });
    await source.close();
    return partitions.map(({ method, wholeReason }) => [method, wholeReason]);
  };
  const path = blankFile(folder, 'volume.img', 400 << 20);
  run('mkfs.btrfs', ['-q', '-f', path, blankFile(folder, 'second.img', 400 << 20)]);
  expect(await reasonOf(path)).toEqual([['whole', 'no-map']]);
  run('mkfs.btrfs', ['-q', '-f', '--csum', 'xxhash', path]);
  expect(await reasonOf(path)).toEqual([['whole', 'no-map']]);
  run('mkfs.xfs', ['-q', '-f', '-l', `logdev=${blankFile(folder, 'log.img', 64 << 20)}`, path]);
  expect(await reasonOf(path)).toEqual([['whole', 'no-map']]);
  run('mkfs.btrfs', ['-q', '-f', path]);
  expect(await reasonOf(path)).toEqual([['used', null]]);
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(16, 0xff), 0, 16, 65_536 + 0x50);
  closeSync(file);
  expect(await reasonOf(path)).toEqual([['whole', 'map-damaged']]);
});
