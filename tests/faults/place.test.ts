import { copyFile, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { mounted } from '../labs/mount.ts';
import { tool } from '../labs/tool.ts';
import { werkbank } from '../labs/werkbank.ts';
import { windowsIso, WINDOWS_ISO_TOOLS } from '../labs/windows-iso.ts';
import { expectEnd, faultBench, MIB, sha256, writeArgs } from './bench.ts';
import type { Lab } from '../labs/lab.ts';
import type { LoopDisk } from '../labs/loop.ts';

const withMounts = need({ ...LOOP_NEEDS, tools: [...LOOP_NEEDS.tools, 'mkfs.ext4', 'mount'] });
const withMountsAndIso = need({ ...LOOP_NEEDS, tools: [...LOOP_NEEDS.tools, ...WINDOWS_ISO_TOOLS, 'mkfs.ext4', 'mount'] });

async function ext4Disk(lab: Lab): Promise<LoopDisk> {
  const disk = await attachLoop(lab, { size: 24 * MIB });
  await tool('mkfs.ext4', ['-q', disk.path]);
  return disk;
}

withMounts('an image is not written over the disk it lies on', async () => {
  const { lab, image, bytes, expectNothingElseHarmed } = await faultBench(4 * MIB);
  const target = await ext4Disk(lab);
  const { folder } = await mounted(lab, target.path, { type: 'ext4' });
  const onTarget = join(folder, 'image.img');
  await copyFile(image, onTarget);
  await tool('sync', ['-f', folder]);
  const end = await werkbank(lab, [...writeArgs(onTarget, target.path), '--confirm', 'mounted']);
  expectEnd(end, 'image-on-target', 3);
  expect(sha256(await target.read(0, 24 * MIB)).length).toBe(64);
  await tool('cmp', [image, onTarget]);
  expect((await stat(onTarget)).size).toBe(bytes.length);
  await expectNothingElseHarmed();
});

withMounts('the file behind a loop device is not written into that loop device', async () => {
  const { lab, expectNothingElseHarmed } = await faultBench(MIB);
  const target = await attachLoop(lab, { size: 4 * MIB });
  const before = await target.sha256();
  const end = await werkbank(lab, writeArgs(target.backing, target.path));
  expectEnd(end, 'image-on-target', 3);
  expect(await target.sha256()).toBe(before);
  await expectNothingElseHarmed();
});

withMounts('a mounted disk is erased only after that was agreed to', async () => {
  const { lab, image, bytes, expectNothingElseHarmed } = await faultBench(4 * MIB);
  const target = await ext4Disk(lab);
  const { folder, unmount } = await mounted(lab, target.path, { type: 'ext4' });
  await copyFile(image, join(folder, 'precious'));
  expectEnd(await werkbank(lab, writeArgs(image, target.path)), 'disk-needs-confirmation', 3);
  expect(await readdir(folder)).toContain('precious');
  // That it was looked at is still to be written; between plan and job that would rightly be a disk that changed.
  await tool('sync', ['-f', folder]);

  expectEnd(await werkbank(lab, [...writeArgs(image, target.path), '--confirm', 'mounted']), null, 0);
  expect(sha256(await target.read(0, bytes.length))).toBe(sha256(bytes));
  await expect(unmount()).rejects.toThrow('not mounted');
  await expectNothingElseHarmed();
});

withMounts('no room for the image of a disk: it says so and leaves no half image behind', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench(8 * MIB);
  const source = await attachLoop(lab, { backing: await copyOf(image) });
  const before = await source.sha256();
  const { folder } = await mounted(lab, 'tmpfs', { type: 'tmpfs', options: 'size=2m' });
  expectEnd(await werkbank(lab, ['read', source.path, join(folder, 'stick.img')]), 'check-acceptable', 3);
  expect(await readdir(folder)).toEqual([]);
  const end = await werkbank(lab, ['read', source.path, join(folder, 'stick.img'), '--no-checks']);
  expectEnd(end, 'destination-full', 5);
  expect(await readdir(folder)).toEqual([]);
  expect(await source.sha256()).toBe(before);
  await expectNothingElseHarmed();
});

withMountsAndIso('what a Windows stick is made from is not written over, nor what is mounted inside of such a folder', async () => {
  const { lab, expectNothingElseHarmed } = await faultBench(MIB);
  const iso = await windowsIso();
  const target = await attachLoop(lab, { size: 96 * MIB });
  await tool('mkfs.ext4', ['-q', target.path]);
  const { folder } = await mounted(lab, target.path, { type: 'ext4' });
  await writeFile(join(folder, 'net.inf'), '[Version]\nSignature="$Windows NT$"\nClass=Net\nClassGuid={4d36e972-e325-11ce-bfc1-08002be10318}\nProvider=Us\nDriverVer=01/01/2026,1.0\n[Manufacturer]\nUs=M,NTamd64\n[M.NTamd64]\n"d"=I,PCI\\VEN_8086&DEV_1234\n');
  await writeFile(join(folder, 'answers.xml'), '<?xml version="1.0"?>\n<unattend xmlns="urn:schemas-microsoft-com:unattend"><settings pass="windowsPE"></settings></unattend>\n');
  await tool('sync', ['-f', folder]);
  for (const made of [['--drivers', folder], ['--drivers', dirname(folder)], ['--extra', dirname(folder)], ['--answer-file', join(folder, 'answers.xml')]]) {
    expectEnd(await werkbank(lab, ['media', 'windows', iso, '--to', target.path, ...made, '--yes', '--confirm', 'mounted', '--no-checks']), 'image-on-target', 3);
  }
  expect(await readdir(folder)).toEqual(expect.arrayContaining(['answers.xml', 'net.inf']));
  await expectNothingElseHarmed();
});

async function copyOf(image: string): Promise<string> {
  await copyFile(image, `${image}.copy`);
  return `${image}.copy`;
}
