import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { addressOf, captured, planFor, restore, usedDisk as usedFile } from '../engine/pipeline/restoring.ts';
import { bootDisk, BOOT_DISK_TOOLS, type BootDisk } from '../labs/boot-disk.ts';
import { bootFromDisk } from '../labs/boot-disk-machine.ts';
import { knownSha256, type DiskSpeaks } from '../labs/boot-disk-system.ts';
import { usedDisk } from '../labs/boot-disk-target.ts';
import type { Lab } from '../labs/lab.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { QEMU_TOOLS } from '../labs/qemu.ts';
import { testLab } from '../labs/test-lab.ts';
import { werkbank } from '../labs/werkbank.ts';
import { need } from '../support/need.ts';

const MIB = 1 << 20;
const TOOLS = [...BOOT_DISK_TOOLS, ...QEMU_TOOLS];
const test = need({ ...LOOP_NEEDS, tools: [...LOOP_NEEDS.tools, ...TOOLS, 'e2fsck', 'resize2fs'] });

/** What is asked here is whether a disk boots: the checks beforehand are made once for a capture, and for a restore in imaging-foreign. */
const UNCHECKED = '--no-checks';

async function succeeds(lab: Lab, ...args: string[]): Promise<void> {
  const end = await werkbank(lab, args);
  expect(end.ended, end.stderr).toMatchObject({ ok: true, exitCode: 0 });
}

const bootImage = (lab: Lab, { firmware }: BootDisk, image: string): Promise<DiskSpeaks> => bootFromDisk(lab, { image, format: 'qcow2', firmware });
const bootCopy = (lab: Lab, { firmware }: BootDisk, image: string): Promise<DiskSpeaks> => bootFromDisk(lab, { image, format: 'raw', firmware });

/** What the system says when it and the file it knows are whole. */
const speech = ({ firmware }: BootDisk, change = 'none'): object => ({ platform: firmware === 'ovmf' ? 'efi' : 'pc', sha256: knownSha256(), change });

/** Restores an image to a larger disk, with the root file system grown, and boots that. */
async function bootsGrown(lab: Lab, disk: BootDisk, image: string, change?: string): Promise<void> {
  const larger = await usedDisk(lab, disk.size + 100 * MIB);
  await succeeds(lab, 'restore', image, '--to', larger.path, '--grow', '--yes', UNCHECKED);
  const said = await bootCopy(lab, disk, larger.path);
  expect(said).toMatchObject(speech(disk, change));
  // Larger than the whole partition was.
  expect(said.rootKiB * 1024).toBeGreaterThan(disk.root.length + 80 * MIB);
}

// That the image itself boots as well, e2e/imaging-boot shows for both.
describe.each(['gpt-uefi', 'mbr-bios'] as const)('a disk that boots, %s', (kind) => {
  test('its image boots restored to a larger disk, grown', async () => {
    const lab = await testLab();
    const disk = await bootDisk(lab, kind);
    const source = await attachLoop(lab, { backing: disk.path, readOnly: true });
    const image = join(lab.folder, 'disk.qcow2');
    await succeeds(lab, 'capture', source.path, image, UNCHECKED);
    await bootsGrown(lab, disk, image);
  }, 900_000);
});

test('images that build on one another boot, gpt-bios, each with what was on the disk at the time; the last one restored to a larger disk, grown, as well', async () => {
  const lab = await testLab();
  const disk = await bootDisk(lab, 'gpt-bios');
  const image = (name: string): string => join(lab.folder, `${name}.qcow2`);
  const capture = async (name: string, parent?: string): Promise<void> => {
    const source = await attachLoop(lab, { backing: disk.path, readOnly: true });
    await succeeds(lab, 'capture', source.path, image(name), ...(parent === undefined ? [] : ['--parent', image(parent), UNCHECKED]));
    await source.detach();
  };
  await capture('monday');
  await disk.change('tuesday came');
  await capture('tuesday', 'monday');
  await disk.change('wednesday came');
  await capture('wednesday', 'tuesday');
  const [whole = 0, ...later] = await Promise.all(['monday', 'tuesday', 'wednesday'].map(async (name) => (await stat(image(name))).size));
  expect(Math.max(...later)).toBeLessThan(whole / 4);

  expect(await bootImage(lab, disk, image('tuesday'))).toMatchObject(speech(disk, 'tuesday came'));
  expect(await bootImage(lab, disk, image('wednesday'))).toMatchObject(speech(disk, 'wednesday came'));
  await bootsGrown(lab, disk, image('wednesday'), 'wednesday came');
}, 900_000);

need({ tools: TOOLS })('a disk restored with new identifiers boots under UEFI', async () => {
  const lab = await testLab();
  const disk = await bootDisk(lab, 'gpt-uefi');
  const of = await captured(disk.path, join(lab.folder, 'disk.qcow2'));
  const target = addressOf(await usedFile(lab.folder, 'copy.img', disk.size), disk.size);
  const layout = await planFor(of, disk.path, target, { newIdentifiers: true });
  expect((await restore(of, [{ address: target, layout }])).targets).toMatchObject([{ state: 'done', error: null }]);
  expect(await bootCopy(lab, disk, target.path)).toMatchObject(speech(disk));
}, 600_000);
