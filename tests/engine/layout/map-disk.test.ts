import { expect, test } from 'vitest';
import { mapDisk, memoryDevice } from '../../../native-free-engine/index.ts';
import { noise } from '../../support/fake-image.ts';

test('a disk without a table that nobody knows is taken whole, never as an empty one', async () => {
  const bytes = noise(3 << 20, 5);
  const map = await mapDisk(memoryDevice(bytes), { partitions: null, leaveOutSwapFiles: true });
  expect(map).toMatchObject({ table: 'none', partitions: [{ number: 0, method: 'whole', wholeReason: 'unknown' }], used: [{ offset: 0, length: bytes.length }] });
  // The same behind the signature of a boot sector.
  bytes.fill(0, 446, 510).set([0x55, 0xaa], 510);
  expect(await mapDisk(memoryDevice(bytes), { partitions: null, leaveOutSwapFiles: true })).toMatchObject({ table: 'none', used: [{ offset: 0, length: bytes.length }] });
  await expect(mapDisk(memoryDevice(bytes), { partitions: [1], leaveOutSwapFiles: true })).rejects.toMatchObject({ code: 'partition-not-found' });
});
