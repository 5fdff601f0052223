import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { attachFaulty, FAULTY_NEEDS, type FaultyDisk } from './faulty.ts';
import { testLab } from './test-lab.ts';

const MIB = 1 << 20;
const withFaults = need(FAULTY_NEEDS);

/** Synchronous writes, so that an error belongs to the write that met it. */
async function write(disk: FaultyDisk, offset: number, data: Buffer): Promise<void> {
  const device = await open(disk.path, constants.O_RDWR | constants.O_SYNC);
  try {
    await device.write(data, 0, data.length, offset);
  } finally {
    await device.close();
  }
}

withFaults('is a disk like any other while it has no faults', async () => {
  const disk = await attachFaulty(await testLab(), { size: 4 * MIB });
  await write(disk, MIB, Buffer.alloc(MIB, 7));
  expect(await disk.read(MIB, MIB)).toEqual(Buffer.alloc(MIB, 7));
  const { writes, written } = await disk.state();
  expect(written).toBe(MIB);
  expect(writes.every(({ offset }) => offset >= MIB)).toBe(true);
});

withFaults('fails writes once enough was written, and no longer when that is over', async () => {
  const disk = await attachFaulty(await testLab(), { size: 4 * MIB, faults: [{ on: 'write', afterBytes: MIB, error: 'EIO' }] });
  await write(disk, 0, Buffer.alloc(MIB, 1));
  await expect(write(disk, MIB, Buffer.alloc(4096, 2))).rejects.toThrow('EIO');
  await disk.setFaults();
  await write(disk, MIB, Buffer.alloc(4096, 2));
});

withFaults('returns wrong bytes on reading only', async () => {
  const disk = await attachFaulty(await testLab(), { size: MIB, faults: [{ on: 'read', fromByte: 65536, toByte: 65537, corrupt: true }] });
  await write(disk, 0, Buffer.alloc(131072, 3));
  const back = await disk.read(0, 131072);
  expect([...back.entries()].filter(([, byte]) => byte !== 3)).toEqual([[65536, 3 ^ 0xff]]);
});

withFaults('wraps where its real capacity ends', async () => {
  const wrapAt = MIB;
  const disk = await attachFaulty(await testLab(), { size: 4 * MIB, faults: [{ on: 'write', wrapAt }, { on: 'read', wrapAt }] });
  await write(disk, 0, Buffer.alloc(4096, 1));
  await write(disk, MIB, Buffer.alloc(4096, 2));
  expect((await disk.read(0, 1))[0]).toBe(2);
});

withFaults('stalls until it is told to go on', async () => {
  const disk = await attachFaulty(await testLab(), { size: MIB, faults: [{ on: 'write', stall: true }] });
  let done = false;
  const writing = write(disk, 0, Buffer.alloc(4096, 1)).then(() => (done = true));
  await expect.poll(async () => (await disk.state()).held).toBe(1);
  expect(done).toBe(false);
  await disk.setFaults();
  await writing;
  expect(done).toBe(true);
});
