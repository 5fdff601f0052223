import { open } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { subtract } from '../../native-free-engine/index.ts';
import { mapOf } from '../engine/pipeline/restoring.ts';
import { bootDisk, BOOT_DISK_TOOLS } from '../labs/boot-disk.ts';
import { cloneWithClonezilla, CLONEZILLA_TOOLS } from '../labs/boot-disk-clonezilla.ts';
import { bootFromDisk } from '../labs/boot-disk-machine.ts';
import { knownSha256 } from '../labs/boot-disk-system.ts';
import { usedDisk } from '../labs/boot-disk-target.ts';
import { LOOP_NEEDS } from '../labs/loop.ts';
import { QEMU_TOOLS } from '../labs/qemu.ts';
import { testLab } from '../labs/test-lab.ts';
import { werkbank } from '../labs/werkbank.ts';
import { need } from '../support/need.ts';

const MIB = 1 << 20;
const SECTOR = 512;
/** Before the table in the MBR. */
const BOOT_CODE_BYTES = 440;
const test = need({ ...LOOP_NEEDS, tools: [...LOOP_NEEDS.tools, ...BOOT_DISK_TOOLS, ...QEMU_TOOLS, ...CLONEZILLA_TOOLS, 'e2fsck', 'resize2fs'] });

describe.each([['gpt-uefi', 'efi'], ['gpt-bios', 'pc'], ['mbr-bios', 'pc']] as const)('a disk that boots, %s', (kind, platform) => {
  test('saved by Clonezilla\'s programs and restored by this one to a larger disk: nothing is missing, and it boots', async () => {
    const lab = await testLab();
    const disk = await bootDisk(lab, kind);
    const map = await mapOf(disk.path);
    const folder = await cloneWithClonezilla(lab, disk.path, disk.size, map.table === 'mbr' ? 'mbr' : 'gpt', map.partitions.map(({ number, offset, length, role, fileSystem }) => ({ number, offset, length, role, kind: fileSystem?.kind ?? '' })));

    const larger = await usedDisk(lab, disk.size + 60 * MIB);
    const end = await werkbank(lab, ['restore', folder, '--to', larger.path, '--yes']);
    expect(end.ended, end.stderr).toMatchObject({ ok: true, exitCode: 0 });

    // The tables name places on the larger disk; all else is as it was.
    const ends = [{ offset: BOOT_CODE_BYTES, length: 34 * SECTOR - BOOT_CODE_BYTES }, { offset: disk.size - 33 * SECTOR, length: 33 * SECTOR }];
    // In an MBR the extended partition begins with its first record, whose unused bytes are nobody's.
    const records = map.partitions.filter(({ role }) => role === 'extended').map(({ offset }) => ({ offset, length: SECTOR }));
    const tables = map.table === 'gpt' ? ends : [{ offset: BOOT_CODE_BYTES, length: SECTOR - BOOT_CODE_BYTES }, ...records];
    const source = await open(disk.path, 'r');
    try {
      for (const { offset, length } of subtract(map.used, tables)) {
        const before = Buffer.alloc(length);
        await source.read(before, 0, length, offset);
        const after = await larger.read(offset, length);
        expect(after.equals(before), `${length} bytes at ${offset}`).toBe(true);
      }
    } finally {
      await source.close();
    }
    expect(await bootFromDisk(lab, { image: larger.path, format: 'raw', firmware: disk.firmware })).toMatchObject({ platform, sha256: knownSha256(), change: 'none' });
  }, 900_000);
});
