import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { werkbank } from '../labs/werkbank.ts';
import { expectEnd, faultBench, imageBytes, MIB, sha256, writeArgs } from './bench.ts';
import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const onLoop = need(LOOP_NEEDS);

onLoop('an image as large as the disk fits to the last byte', async () => {
  const { lab, image, bytes, expectNothingElseHarmed } = await faultBench(4 * MIB + 512);
  const target = await attachLoop(lab, { size: bytes.length });
  const end = await werkbank(lab, writeArgs(image, target.path));
  expectEnd(end, null, 0);
  expect(end.report?.targets[0]).toMatchObject({ outcome: 'verified', sha256: sha256(bytes) });
  expect(await target.sha256()).toBe(sha256(bytes));
  await expectNothingElseHarmed();
});

onLoop('an image one sector larger than the disk is refused before anything is written', async () => {
  const { lab, image, bytes, expectNothingElseHarmed } = await faultBench(4 * MIB);
  const target = await attachLoop(lab, { size: bytes.length - 512 });
  const before = await target.sha256();
  expectEnd(await werkbank(lab, writeArgs(image, target.path)), 'image-larger-than-target', 3);
  expect(await target.sha256()).toBe(before);
  await expectNothingElseHarmed();
});

onLoop('a packed image that turns out one sector too large leaves no usable disk', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench(4 * MIB);
  const packed = `${image}.gz`;
  await writeFile(packed, gzipSync(imageBytes(8 * MIB), { level: 1 }));
  const target = await attachLoop(lab, { size: 8 * MIB - 512 });
  expectEnd(await werkbank(lab, writeArgs(packed, target.path)), 'image-larger-than-target', 3);
  expect((await target.read(510, 2)).toString('hex')).toBe('0000');
  await expectNothingElseHarmed();
});

onLoop('a disk with 4096-byte sectors takes an image that ends inside a sector', async () => {
  const { lab, image, bytes, expectNothingElseHarmed } = await faultBench(4 * MIB + 512);
  const target = await attachLoop(lab, { size: 6 * MIB, sectorSize: 4096 });
  expectEnd(await werkbank(lab, writeArgs(image, target.path)), null, 0);
  expect(sha256(await target.read(0, bytes.length))).toBe(sha256(bytes));
  await expectNothingElseHarmed();
});
