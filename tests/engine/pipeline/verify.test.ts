import { copyFile, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { manifestPath, readManifest, readSums, sumsPath, verifyImage, type VerifyOptions } from '../../../native-free-engine/index.ts';
import { seeded } from '../../support/seeded.ts';
import { blankFile, labFolder } from '../lab.ts';
import { capture, mapOf } from './capturing.ts';

const MIB = 1024 * 1024;
const CLUSTER = 256 * 1024;
const SIZE = 8 * MIB;
const folder = labFolder();
const random = seeded(5);

const verify = (path: string, more: Partial<VerifyOptions> = {}): ReturnType<typeof verifyImage> =>
  verifyImage({ path, share: 1, memory: 'low', signal: new AbortController().signal, report: () => undefined, ...more });

async function imageOf(name: string, compression: 'balanced' | 'none' = 'balanced'): Promise<string> {
  const disk = blankFile(folder, `${name}.img`, SIZE);
  const file = await open(disk, 'r+');
  for (let at = 0; at < 6 * MIB; at += CLUSTER) await file.write(at % (2 * CLUSTER) === 0 ? random.bytes(CLUSTER) : Buffer.alloc(CLUSTER, `text ${at}`), 0, CLUSTER, at);
  await file.close();
  const image = join(folder, `${name}.qcow2`);
  await capture(disk, mapOf(SIZE, [{ offset: 0, length: 6 * MIB }]), image, { compression });
  return image;
}

test('a good image is good, and a share of it is that much', async () => {
  const image = await imageOf('good');
  expect(await verify(image)).toMatchObject({ clusters: 24, checked: 24, damaged: [], files: [image] });
  expect((await verify(image, { share: 0.25 })).checked).toBe(6);
});

test.each(['balanced', 'none'] as const)('a flipped bit anywhere in the data (%s) is found, and the place on the disk named', async (compression) => {
  const image = await imageOf(`flipped-${compression}`, compression);
  const whole = await readFile(image);
  const { sums } = (await readManifest(manifestPath(image))).manifest;
  expect(sums.clusters).toBe(24);
  // The data begins behind the header's cluster; noise is stored as it is, text in a few hundred bytes.
  const places = [CLUSTER + 40, CLUSTER + 300, ...Array.from({ length: 3 }, () => CLUSTER + random.below(2 * MIB))];
  let found = 0;
  for (const place of places) {
    const file = await open(image, 'r+');
    await file.write(Buffer.of(whole[place]! ^ 0x10), 0, 1, place);
    const { damaged } = await verify(image);
    if (damaged.length > 0) found++;
    expect(damaged.every(({ offset }) => offset % CLUSTER === 0 && offset < 6 * MIB)).toBe(true);
    await file.write(whole, place, 1, place);
    await file.close();
  }
  expect(found).toBeGreaterThanOrEqual(2);
  expect((await verify(image)).damaged).toEqual([]);
});

test('without its manifest, with that of another image, with other hashes: each is named', async () => {
  const one = await imageOf('one');
  const two = await imageOf('two');
  await copyFile(sumsPath(one), join(folder, 'kept.sums'));
  await copyFile(sumsPath(two), sumsPath(one));
  await expect(verify(one)).rejects.toMatchObject({ code: 'image-manifest-other' });
  await copyFile(join(folder, 'kept.sums'), sumsPath(one));

  await copyFile(manifestPath(one), join(folder, 'kept.json'));
  await copyFile(manifestPath(two), manifestPath(one));
  await expect(verify(one)).rejects.toMatchObject({ code: 'image-manifest-other' });
  await copyFile(sumsPath(two), sumsPath(one));
  await expect(verify(one)).rejects.toMatchObject({ code: 'image-manifest-other' });
  await rm(manifestPath(one));
  await expect(verify(one)).rejects.toMatchObject({ code: 'image-manifest-missing' });
});

test('a manifest with any byte changed is refused by name or says the same', async () => {
  const image = await imageOf('hostile');
  const path = manifestPath(image);
  const text = await readFile(path);
  for (let round = 0; round < 150; round++) {
    const changed = Buffer.from(text);
    const at = random.below(changed.length);
    changed[at] = changed[at]! ^ (1 << random.below(7));
    await writeFile(path, changed);
    try {
      const found = await readManifest(path);
      await readSums(found);
    } catch (error) {
      expect(error).toMatchObject({ name: 'EngineError', code: expect.stringMatching(/^image-manifest-/) as string });
    }
  }
});

test('hashes cut short or changed anywhere are refused by name', async () => {
  const image = await imageOf('sums');
  const found = await readManifest(manifestPath(image));
  const path = sumsPath(image);
  const whole = await readFile(path);
  for (const broken of [whole.subarray(0, 63), whole.subarray(0, whole.length - 1), Buffer.concat([whole, Buffer.of(0)])]) {
    await writeFile(path, broken);
    await expect(readSums(found)).rejects.toMatchObject({ code: expect.stringMatching(/^image-manifest-(other|invalid)$/) as string });
  }
  await rename(path, `${path}.gone`);
  await expect(readSums(found)).rejects.toMatchObject({ code: 'image-part-missing', params: { path: found.image, part: basename(sumsPath(found.image)) } });
});

test('an incremental image with another parent under the same name is found out', async () => {
  const monday = await imageOf('monday');
  const found = await readManifest(manifestPath(monday));
  const disk = join(folder, 'monday.img');
  const file = await open(disk, 'r+');
  await file.write(random.bytes(4096), 0, 4096, MIB);
  await file.close();
  const tuesday = join(folder, 'tuesday.qcow2');
  await capture(disk, mapOf(SIZE, [{ offset: 0, length: 6 * MIB }]), tuesday, { parent: { found, sums: await readSums(found) } });
  expect(await verify(tuesday)).toMatchObject({ damaged: [], files: [tuesday, monday] });

  await copyFile(await imageOf('other'), monday);
  expect((await verify(tuesday)).damaged.length).toBeGreaterThan(10);
  await rm(monday);
  await expect(verify(tuesday)).rejects.toMatchObject({ code: 'image-parent-missing' });
});
