import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Disk } from '../../src/contract/index.ts';
import type { CommandRunner } from '../../src/host/command.ts';
import { mapperPath, parseVolumes, snapshotName, snapshotRoom } from '../../src/host/linux/lvm.ts';
import { readOnlyMounts } from '../../src/host/macos/sources.ts';
import { isAlive, processMark } from '../../src/host/held-records.ts';
import { createSources } from '../../src/host/sources.ts';
import { encodeScript } from '../../src/host/windows/powershell.ts';
import { createWindowsSources } from '../../src/host/windows/sources.ts';
import { CREATE_SHADOW_SCRIPT, LIST_SHADOWS_SCRIPT, parseCreated, parseShadowIds, REMOVE_SHADOWS_SCRIPT } from '../../src/host/windows/vss.ts';
import { built } from '../labs/built.ts';
import { testLab } from '../labs/test-lab.ts';
import { runInUml, UML_NEEDS, UML_TEST_MS } from '../labs/uml.ts';
import { need } from '../support/need.ts';
import { stick } from './constructed.ts';
import { z } from 'zod';

const MIB = 1024 * 1024;
const inUml = need({ ...UML_NEEDS, tools: [...UML_NEEDS.tools, 'lvcreate', 'lvs', 'vgcreate', 'sfdisk', 'mkfs.ext4', 'e2fsck'] });

inUml('a mounted logical volume is read from a snapshot, made, watched and removed; a dead program\'s is swept', async () => {
  const lab = await testLab();
  const { output } = await runInUml(lab, {
    scsiDisk: { dev_size_mb: 96 },
    modules: ['dm-mod', 'dm-snapshot'],
    // Without udev, in a system that is this computer's, read-only: LVM is told so.
    script: `export DM_DISABLE_UDEV=1 LVM_SYSTEM_DIR=$SCRATCH/lvm
mount -t tmpfs tmpfs /run; mkdir $SCRATCH/lvm $SCRATCH/data
printf 'devices { use_devicesfile=0 }\\nactivation { udev_sync=0 udev_rules=0 monitoring=0 }\\nglobal { locking_dir="/run/lvm-lock" }\\n' > $SCRATCH/lvm/lvm.conf
printf 'label: gpt\\n,,V\\n' | sfdisk -q /dev/sda
vgcreate -qq vg-0 /dev/sda1; lvcreate -qq -y -L 32M -n my-data vg-0
mkfs.ext4 -q /dev/mapper/vg--0-my--data; mount /dev/mapper/vg--0-my--data $SCRATCH/data
node ${built('snapshots-in-uml')} $SCRATCH/data $SCRATCH/held`,
  });
  const says = new Map(output.split('\n').filter((line) => line.startsWith('SAYS ')).map((line) => JSON.parse(line.slice(5)) as [string, never]));
  const node = '/dev/mapper/vg--0-my--data';
  const folder = expect.stringMatching(/\/scratch\/data$/) as string;
  expect(Object.fromEntries(says), output).toEqual({
    volume: { id: node, size: 32 * MIB, verdict: { kind: 'hidden', reasons: [{ code: 'lvm', params: { where: 'vg--0-my--data' } }], score: expect.any(Number) }, table: 'none', partitions: [[0, 'ext4', [folder]]] },
    listed: expect.not.arrayContaining([node]),
    check: [{ partition: 0, mountPoints: [folder], readOnly: false, remedy: 'snapshot-lvm' }],
    write: 'disk-hidden',
    opened: {
      address: { path: expect.stringMatching(/^\/dev\/mapper\/vg--0-werkbank--snap--[0-9a-f]{8}--\d+--\d+--[0-9a-f]{4}$/), size: 32 * MIB, sectorSize: 512, wholeSectors: false },
      notes: [{ code: 'lvm-snapshot', params: { volume: 'vg-0/my-data', room: 16 * MIB } }],
      overlays: [],
    },
    orphan: 1, still: true, clean: '0', confirmed: 'done', 'swept meanwhile': 0, while: 1, overflow: 'snapshot-lost', after: 0,
    full: 'snapshot-failed',
    under: [{ partition: 1, mountPoints: [folder], readOnly: false, remedy: 'unmount' }],
  });
}, UML_TEST_MS);

test('a process is known by more than its number, and one that cannot be told is taken for alive', async () => {
  const mine = await processMark(process.pid);
  expect(await isAlive(mine)).toBe(true);
  expect(await isAlive('not a mark')).toBe(true);
  expect((await snapshotName()).startsWith(`werkbank-snap-${mine}-`)).toBe(true);
  expect((await snapshotName()).length).toBeLessThan(64);
  if (process.platform === 'linux') expect(await isAlive(mine.replace(/\d+$/, '1'))).toBe(false);
});

test('room for a snapshot: a tenth in whole extents, what is left when that is less, nothing when it is too little', () => {
  expect(snapshotRoom(1000 * MIB, 500 * MIB, 4 * MIB)).toBe(100 * MIB);
  expect(snapshotRoom(1001 * MIB, 500 * MIB, 4 * MIB)).toBe(104 * MIB);
  expect(snapshotRoom(1000 * MIB, 51 * MIB, 4 * MIB)).toBe(48 * MIB);
  expect(snapshotRoom(10 * MIB, 500 * MIB, 4 * MIB)).toBe(16 * MIB);
  expect(snapshotRoom(1000 * MIB, 15 * MIB, 4 * MIB)).toBeNull();
  expect(snapshotRoom(1000 * MIB, 500 * MIB, 0)).toBeNull();
  expect(mapperPath('a-b', 'c')).toBe('/dev/mapper/a--b-c');
});

test('constructed from lvm2\'s documentation: what lvs prints, and what it never prints', () => {
  const schema = z.object({ lv_name: z.string() });
  expect(parseVolumes('{"report":[{"lv":[{"lv_name":"root","vg_name":"x"}]}],"log":[]}', schema)).toEqual([{ lv_name: 'root' }]);
  for (const bad of ['', '{}', '{"report":[{"lv":[{}]}]}', '[]']) expect(() => parseVolumes(bad, schema)).toThrow('tool-failed');
});

const ID = '{3808876B-C176-4E48-B7AE-04046E6CC752}';
const DEVICE = '\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy7';

test('constructed from the documentation of Win32_ShadowCopy: what its Create answers', () => {
  expect(parseCreated(JSON.stringify({ code: 0, id: ID, device: DEVICE, size: 5e9 }), 'C:\\')).toEqual({ id: ID, device: DEVICE, size: 5e9 });
  expect(() => parseCreated('{"code":1,"id":"","device":"","size":0}', 'C:\\')).toThrow('rights-needed');
  expect(() => parseCreated('{"code":6,"id":"","device":"","size":0}', 'C:\\')).toThrow('snapshot-failed (volume=C:\\, detail=insufficient storage)');
  const wrong = [
    'nothing', '{"code":0,"id":null,"device":null,"size":null}', JSON.stringify({ code: 0, id: `${ID}' or 1=1`, device: DEVICE, size: 5 }),
    JSON.stringify({ code: 0, id: ID, device: '\\\\.\\PhysicalDrive0', size: 5 }), JSON.stringify({ code: 0, id: ID, device: DEVICE, size: 0 }),
  ];
  for (const json of wrong) expect(() => parseCreated(json, 'C:\\'), json).toThrow('snapshot-failed');
  expect(parseShadowIds(`{"ids":["${ID}","x"]}`)).toEqual([ID]);
  expect(parseShadowIds(`{"ids":"${ID}"}`)).toEqual([ID]);
  expect(parseShadowIds('{"ids":null}')).toEqual([]);
});

const volume = (number: number, kind: string, mountPoints: string[]): Disk['partitions'][number] => ({
  number, offset: number * 1000 * MIB, length: 900 * MIB, type: '', name: '', role: 'data', fileSystem: { kind, label: '', uuid: '' }, mountPoints, usedBytes: null, active: false,
});
const windowsDisk: Disk = {
  ...stick, id: '\\\\.\\PhysicalDrive1', path: '\\\\.\\PhysicalDrive1', number: 1, size: 9000 * MIB, verdict: { kind: 'hidden', reasons: [], score: 0 },
  partitions: [volume(1, 'fat32', []), volume(2, 'ntfs', ['C:\\']), volume(3, 'exfat', ['E:\\']), volume(4, 'ntfs', ['D:\\'])],
};

/** Answers as PowerShell would; knows the shadow copies it made. */
function windows(): { run: CommandRunner; calls: [string, unknown][]; there: Set<string> } {
  const calls: [string, unknown][] = [];
  const there = new Set<string>();
  const names = new Map([[encodeScript(CREATE_SHADOW_SCRIPT), 'create'], [encodeScript(LIST_SHADOWS_SCRIPT), 'list'], [encodeScript(REMOVE_SHADOWS_SCRIPT), 'remove']]);
  const run: CommandRunner = (_program, args, options) => {
    const name = names.get(args.at(-1) ?? '') ?? 'unknown';
    const input = JSON.parse(options?.input ?? 'null') as { ids?: string[] };
    calls.push([name, input]);
    let answer: unknown = { ids: [...there] };
    if (name === 'create') {
      const id = ID.replace('C752', `C75${there.size}`);
      there.add(id);
      answer = { code: 0, id, device: DEVICE.replace('7', String(there.size)), size: 900 * MIB };
    }
    if (name === 'remove') for (const id of input.ids ?? []) there.delete(id);
    return Promise.resolve({ code: 0, stdout: JSON.stringify(answer), stderr: '' });
  };
  return { run, calls, there };
}

test('constructed: volumes in use are read from shadow copies, removed by their id and no other way', async () => {
  const lab = await testLab();
  const { run, calls, there } = windows();
  const sources = createSources({ judge: () => Promise.resolve(windowsDisk) }, createWindowsSources(run, join(lab.folder, 'held')));
  expect((await sources.check(windowsDisk, [1, 2, 3, 4])).map(({ remedy }) => remedy)).toEqual(['free', 'snapshot-vss', 'unmount', 'snapshot-vss']);
  await expect(sources.open(windowsDisk, [3])).rejects.toMatchObject({ code: 'source-mounted', params: { number: 3, mountPoint: 'E:\\' } });

  const source = await sources.open(windowsDisk, [1, 2, 4]);
  expect(source.overlays).toEqual([
    { partition: 2, offset: 2000 * MIB, address: { path: DEVICE.replace('7', '1'), size: 900 * MIB, sectorSize: 512, wholeSectors: true } },
    { partition: 4, offset: 4000 * MIB, address: { path: DEVICE.replace('7', '2'), size: 900 * MIB, sectorSize: 512, wholeSectors: true } },
  ]);
  expect(source.notes.map(({ code }) => code)).toEqual(['shadow-copy', 'shadow-copy', 'shadow-copies-apart']);
  expect(calls).toEqual([['create', { disk: 1, offset: 2000 * MIB }], ['create', { disk: 1, offset: 4000 * MIB }]]);
  await source.confirm();
  const [first = '', second = ''] = there;
  there.delete(second);
  await expect(source.confirm()).rejects.toMatchObject({ code: 'snapshot-lost', params: { volume: 'D:\\' } });
  await source.close();
  expect(calls.slice(-2)).toEqual([['remove', { ids: [second] }], ['remove', { ids: [first] }]]);
  expect(there.size).toBe(0);
});

test('constructed: the second shadow copy fails, so the first one goes; one that could not be removed is swept later, not while its maker lives', async () => {
  const lab = await testLab();
  const world = windows();
  let failing = '';
  const run: CommandRunner = async (program, args, options) => {
    const result = await world.run(program, args, options);
    return failing === world.calls.at(-1)?.[0] ? { ...result, code: 1, stderr: 'The RPC server is unavailable.' } : result;
  };
  const sources = createSources({ judge: () => Promise.resolve(windowsDisk) }, createWindowsSources(run, join(lab.folder, 'held')));
  failing = 'create';
  await expect(sources.open(windowsDisk, [2])).rejects.toMatchObject({ code: 'snapshot-failed' });
  failing = '';
  world.there.clear();
  const source = await sources.open(windowsDisk, [2]);
  failing = 'remove';
  await source.close();
  failing = '';
  expect(await sources.sweep()).toBe(0);
});

test('the scripts are constant: nothing but numbers and ids reaches them, through standard input', () => {
  for (const script of [CREATE_SHADOW_SCRIPT, LIST_SHADOWS_SCRIPT, REMOVE_SHADOWS_SCRIPT]) {
    expect(script).toContain('ConvertFrom-Json');
    expect(script).not.toMatch(/Invoke-Expression|\biex\b/i);
  }
  expect(CREATE_SHADOW_SCRIPT).toContain(String.raw`'^\\\\\?\\Volume\{[0-9a-fA-F-]{36}\}\\$'`);
});

test('constructed from the manual of mount(8) on a Mac: what is mounted read-only', () => {
  const text = '/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n/dev/disk4s1 on /Volumes/My (old) disk (msdos, local, nodev, nosuid, noowners)\n/dev/disk5 on /Volumes/CD (cd9660, local, nodev, nosuid, read-only, noowners)\n';
  expect([...readOnlyMounts(text)]).toEqual(['/', '/Volumes/CD']);
});
