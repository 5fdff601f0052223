import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import { swapAllocation } from '../../../native-free-engine/filesystems/swap/allocation.ts';
import { memoryDevice, recognise } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { blankFile, blkid, labFolder, openFile, run } from '../lab.ts';
import { KIB, MIB, allocationOf, copyUsed } from './volume-copy.ts';

const folder = labFolder();
const options = { leaveOutSwapFiles: true };

need({ tools: ['mkswap', 'blkid'] })('swap: its first page, whatever the size of a page, and the UUID stays', async () => {
  for (const page of [4, 8, 16, 32, 64]) {
    const path = blankFile(folder, 'swap.img', 4 * MIB);
    run('mkswap', ['-q', '-p', String(page * KIB), '-L', 'sleepy', path]);
    const map = await allocationOf(path, swapAllocation);
    expect(map).toMatchObject({ unit: page * KIB, used: [{ offset: 0, length: page * KIB }], conditions: [], leftOut: [] });
    expect(blkid(copyUsed(path, map.used, 4 * MIB))).toEqual(blkid(path));
    rmSync(path);
  }
});

need({ tools: ['mkswap'] })('a system that sleeps in it needs all of it', async () => {
  const path = blankFile(folder, 'asleep.img', MIB);
  run('mkswap', ['-q', '-L', 'sleepy', path]);
  for (const signature of ['S1SUSPEND', 'S2SUSPEND', 'ULSUSPEND', 'LINHIB0001', '\xed\xc3\x02\xe9\x98\x56\xe5\x0c']) {
    const file = await openFile(path);
    const awake = new Uint8Array(MIB);
    await file.readInto(0, awake);
    await file.close();
    const asleep = memoryDevice(Uint8Array.from(awake).fill(0, 4086, 4096));
    Buffer.from(signature, 'latin1').forEach((byte, i) => void (asleep.bytes[4086 + i] = byte));
    expect(await swapAllocation(asleep, options)).toMatchObject({ used: [{ offset: 0, length: MIB }], conditions: ['hibernated'] });
    expect(await recognise(asleep)).toMatchObject({ kind: 'swap', label: 'sleepy' });
  }
  await expect(swapAllocation(memoryDevice(MIB), options)).rejects.toMatchObject({ code: 'allocation-invalid' });
});
