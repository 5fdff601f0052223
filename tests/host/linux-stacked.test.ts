import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { diskSchema, type Disk } from '../../src/contract/index.ts';
import { built, WERKBANK } from '../labs/built.ts';
import { testLab } from '../labs/test-lab.ts';
import { runInUml, UML_NEEDS, UML_TEST_MS } from '../labs/uml.ts';
import { need } from '../support/need.ts';
import { codes } from './constructed.ts';

const inUml = need({ ...UML_NEEDS, tools: [...UML_NEEDS.tools, 'dmsetup', 'sfdisk', 'mkfs.ext4', 'lsblk'] });

/** Runs steps in a machine with a removable SCSI disk, each followed by a list of the disks; returns `/dev/sda` as it was then. */
async function afterEach(steps: readonly string[]): Promise<(Disk | undefined)[]> {
  const lab = await testLab();
  const file = join(lab.folder, 'steps.json');
  await writeFile(file, JSON.stringify(steps));
  const { output } = await runInUml(lab, {
    scsiDisk: { dev_size_mb: 64 },
    modules: ['dm-mod'],
    script: `DM_DISABLE_UDEV=1 node ${built('list-after')} ${file}`,
  });
  const lists = output.split(/\r?\n/).filter((line) => line.startsWith('DISKS '));
  expect(lists, output).toHaveLength(steps.length);
  return lists.map((line) => diskSchema.array().parse(JSON.parse(line.slice(6))).find((disk) => disk.path === '/dev/sda'));
}

const map = (name: string, uuid: string, on: string): string => `dmsetup create ${name} --uuid ${uuid} --table '0 16384 linear ${on} 0'`;

inUml('a real SCSI disk under maps such as LVM, encryption and others make, under a system folder, with sectors of 4096 bytes, unplugged', async () => {
  const seen = await afterEach([
    `printf 'label: gpt\\nsize=20MiB\\nsize=20MiB\\n' | sfdisk -q /dev/sda`,
    map('data', 'LVM-0123456789', '/dev/sda1'),
    `dmsetup remove data; ${map('secret', 'CRYPT-LUKS2-0123', '/dev/sda2')}`,
    `dmsetup remove secret; ${map('odd', 'something', '/dev/sda')}`,
    `dmsetup remove odd; ${map('home', 'LVM-0123456789', '/dev/sda1')}; mkfs.ext4 -q /dev/mapper/home; mount /dev/mapper/home /home`,
    `umount /home; dmsetup remove home; scsi-disk dev_size_mb=64 sector_size=4096; printf 'label: gpt\\nsize=20MiB\\n' | sfdisk -q /dev/sda`,
    'echo 1 > /sys/block/sda/device/delete',
  ]);
  const [mapped, [large, unplugged]] = [seen.slice(0, 5), seen.slice(5)];
  // The machine's root is not on a disk of its own: nothing is offered without a question.
  expect(mapped.map((disk) => [disk?.verdict.kind, codes(disk?.verdict)])).toEqual([
    ['confirm', ['system-unknown']],
    ['hidden', ['lvm']],
    ['hidden', ['encrypted-in-use']],
    ['hidden', ['in-use']],
    ['hidden', ['system', 'lvm']],
  ]);
  expect(mapped[0]).toMatchObject({ bus: 'scsi', removable: true, table: 'gpt', model: 'Linux scsi_debug', verdict: { score: 70 } });
  expect(mapped[4]?.partitions[0]?.mountPoints).toEqual(['/home']);
  expect(large).toMatchObject({ logicalSectorSize: 4096, table: 'gpt', partitions: [{ length: 20 * 1024 * 1024 }] });
  expect(unplugged).toBeUndefined();
}, UML_TEST_MS);

inUml('an encrypted volume that is open is told, and what is in it is imaged by its name; constructed: a map such as cryptsetup makes', async () => {
  const lab = await testLab();
  const { output } = await runInUml(lab, {
    scsiDisk: { dev_size_mb: 64 },
    modules: ['dm-mod'],
    script: [
      'export DM_DISABLE_UDEV=1',
      `printf 'label: gpt\\nsize=40MiB\\n' | sfdisk -q /dev/sda`,
      `printf 'LUKS\\272\\276\\000\\002' | dd of=/dev/sda1 conv=notrunc status=none`,
      `dmsetup create secret --uuid CRYPT-LUKS2-0123 --table '0 65536 linear /dev/sda1 16384'`,
      'mkfs.ext4 -q /dev/mapper/secret',
      `${WERKBANK} check --for capture --disk /dev/sda --only encryption || true`,
      `${WERKBANK} check --for capture --disk /dev/mapper/secret --only file-system --only encryption || true`,
      `mount -t tmpfs tmpfs /mnt; ${WERKBANK} capture /dev/mapper/secret /mnt/secret.qcow2 --no-checks </dev/null && echo IMAGED`,
    ].join('\n'),
  });
  expect(output).toContain('is encrypted by LUKS and open as /dev/mapper/secret');
  expect(output).toContain('werkbank capture /dev/mapper/secret');
  expect(output).toMatch(/Encryption.*The whole disk is not encrypted/);
  expect(output).toMatch(/^IMAGED/m);
}, UML_TEST_MS);
