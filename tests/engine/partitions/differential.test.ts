import { expect, test } from 'vitest';
import { readLayout } from '../../../native-free-engine/index.ts';
import { buildMbr, checkMbr, readMbr } from '../../../native-free-engine/partitions/mbr/index.ts';
import { checkGpt, readGpt, writeGpt } from '../../../native-free-engine/partitions/gpt/index.ts';
import { need } from '../../support/need.ts';
import { blankFile, labFolder, openFile, run, tryRun, withLoop } from '../lab.ts';

const MIB = 1024 * 1024;
const folder = labFolder();

interface Sfdisk {
  partitiontable: {
    label: string; id: string; sectorsize: number;
    partitions?: { node: string; start: number; size: number; type: string; uuid?: string; name?: string; bootable?: boolean; attrs?: string }[];
  };
}
const sfdiskSays = (path: string): Sfdisk['partitiontable'] => (JSON.parse(run('sfdisk', ['-J', path])) as Sfdisk).partitiontable;

const MBR_SCRIPT = `label: dos
label-id: 0xcafe0042
start=2048, size=20480, type=7, bootable
start=22528, size=20480, type=c
start=43008, size=81920, type=f
start=45056, size=8192, type=83
start=55296, size=8192, type=82
start=65536, size=8192, type=8e
`;

need({ tools: ['sfdisk'] })('MBR with logical partitions: the same as sfdisk', async () => {
  const path = blankFile(folder, 'mbr.img', 64 * MIB);
  run('sfdisk', ['-q', path], MBR_SCRIPT);
  const expected = sfdiskSays(path);
  const source = await openFile(path);
  const table = await readMbr(source);
  expect(`0x${table.diskSignature.toString(16)}`).toBe(expected.id);
  expect(table.partitions.map((p) => [`${path}${p.number}`, p.offset / 512, p.length / 512, p.type.toString(16), p.active])).toEqual(
    expected.partitions?.map((p) => [p.node, p.start, p.size, p.type, p.bootable ?? false]),
  );
  expect(table.partitions.map((p) => p.number)).toEqual([1, 2, 3, 5, 6, 7]);
  expect(checkMbr(table, source.size)).toEqual([]);
  await source.close();
});

for (const sectorSize of [512, 4096]) {
  const needs = need({ tools: ['sfdisk', 'losetup'], root: true, linux: true });
  needs(`GPT of sfdisk with ${sectorSize}-byte sectors: names, attributes, GUIDs`, async () => {
    const path = blankFile(folder, `gpt-${sectorSize}.img`, 64 * MIB);
    const mib = (n: number): number => (n * MIB) / sectorSize;
    const script = `label: gpt
start=${mib(1)}, size=${mib(8)}, type=U, name="EFI system partition"
start=${mib(9)}, size=${mib(16)}, type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, name="Größe € ✓", attrs="LegacyBIOSBootable GUID:63"
start=${mib(40)}, size=${mib(8)}, type=S
`;
    const expected = await withLoop(path, sectorSize, (device) => {
      run('sfdisk', ['-q', '--no-reread', device], script);
      return sfdiskSays(device);
    });
    expect(expected.sectorsize).toBe(sectorSize);
    const source = await openFile(path, sectorSize);
    const table = await readGpt(source);
    expect(table.primary?.diskGuid).toBe(expected.id);
    for (const copy of [table.primary, table.backup]) {
      expect(copy?.partitions.map((p) => [p.offset / sectorSize, p.length / sectorSize, p.type, p.id, p.name])).toEqual(
        expected.partitions?.map((p) => [p.start, p.size, p.type, p.uuid, p.name ?? '']),
      );
    }
    expect(table.primary?.partitions[1]?.attributes).toBe((1n << 63n) | 4n);
    expect(checkGpt(table, source.size, sectorSize)).toEqual([]);
    await source.close();
  });
}

need({ tools: ['sfdisk', 'sgdisk'] })('a GPT of ours: sgdisk verifies it, sfdisk reads it back', async () => {
  const path = blankFile(folder, 'ours-gpt.img', 64 * MIB);
  const device = await openFile(path);
  const ids = ['5A5A0001-0000-4000-8000-000000000001', '5A5A0001-0000-4000-8000-000000000002'] as const;
  await writeGpt(device, {
    diskGuid: '5A5A0001-0000-4000-8000-000000000000',
    partitions: [
      { offset: MIB, length: 8 * MIB, type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B', id: ids[0], name: 'EFI' },
      { offset: 16 * MIB, length: 40 * MIB, type: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7', id: ids[1], name: 'Daten ü', attributes: 1n << 60n },
    ],
  });
  await device.close();
  expect(run('sgdisk', ['-v', path])).toContain('No problems found');
  expect(run('sgdisk', ['-p', path])).toMatch(/EFI\b/);
  const table = sfdiskSays(path);
  expect(table.id).toBe('5A5A0001-0000-4000-8000-000000000000');
  expect(table.partitions).toMatchObject([
    { start: 2048, size: 16384, uuid: ids[0], name: 'EFI' },
    { start: 32768, size: 81920, uuid: ids[1], name: 'Daten ü', attrs: 'GUID:60' },
  ]);
});

need({ tools: ['sfdisk', 'sgdisk', 'losetup'], root: true, linux: true })('a GPT of ours with 4096-byte sectors: sgdisk and sfdisk verify it', async () => {
  const path = blankFile(folder, 'ours-gpt4k.img', 64 * MIB);
  const device = await openFile(path, 4096);
  await writeGpt(device, {
    diskGuid: '5A5A0001-0000-4000-8000-000000000000',
    partitions: [{ offset: MIB, length: 8 * MIB, type: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7', id: '5A5A0001-0000-4000-8000-000000000001', name: 'a' }],
  });
  await device.close();
  await withLoop(path, 4096, (loop) => {
    expect(run('sgdisk', ['-v', loop])).toContain('No problems found');
    expect(tryRun('sfdisk', ['--verify', loop]).output).toContain('No errors detected');
    expect(sfdiskSays(loop).partitions).toMatchObject([{ start: 256, size: 2048 }]);
  });
});

need({ tools: ['sfdisk'] })('an MBR of ours: sfdisk reads the same', async () => {
  const path = blankFile(folder, 'ours-mbr.img', 64 * MIB);
  const device = await openFile(path);
  const sector = buildMbr(
    { diskSignature: 0x1234abcd, partitions: [{ offset: MIB, length: 20 * MIB, type: 0x0c, active: true }, { offset: 21 * MIB, length: 40 * MIB, type: 0x07 }] },
    512,
  );
  await device.writeAt(0, sector);
  await device.close();
  expect(sfdiskSays(path)).toMatchObject({
    label: 'dos', id: '0x1234abcd',
    partitions: [{ start: 2048, size: 40960, type: 'c', bootable: true }, { start: 43008, size: 81920, type: '7' }],
  });
  expect(tryRun('sfdisk', ['--verify', path]).output).toContain('No errors detected');
});

test('an MBR refuses what 32 bits of sectors cannot say', () => {
  expect(() => buildMbr({ diskSignature: 1, partitions: [{ offset: MIB, length: 3 * 1024 ** 4, type: 7 }] }, 512)).toThrow('mbr-invalid');
  expect(() => buildMbr({ diskSignature: 1, partitions: [{ offset: 100, length: MIB, type: 7 }] }, 512)).toThrow('mbr-invalid');
});

need({ tools: ['sfdisk', 'sgdisk'] })('a hybrid MBR is a GPT with a warning', async () => {
  const path = blankFile(folder, 'hybrid.img', 64 * MIB);
  run('sgdisk', ['-n', '1:2048:+8M', '-n', '2:0:+8M', '-h', '1', path]);
  const source = await openFile(path);
  expect((await readMbr(source)).kind).toBe('hybrid');
  const layout = await readLayout(source);
  expect(layout.table).toBe('gpt');
  expect(layout.partitions).toHaveLength(2);
  expect(layout.problems.map((p) => p.code)).toEqual(['gpt-hybrid-mbr']);
  await source.close();
});
