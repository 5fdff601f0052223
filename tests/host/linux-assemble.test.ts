import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EngineError } from '../../native-free-engine/index.ts';
import { resolveDisk } from '../../src/host/resolve-disk.ts';
import { parseLsblk } from '../../src/host/linux/lsblk.ts';
import { assemble } from '../../src/host/linux/assemble.ts';
import { codes, fromLsblk, lsblkJson, verdicts, type Shape } from './constructed.ts';
import { fc } from './property.ts';

const recorded = readFileSync(join(import.meta.dirname, 'recorded/lsblk-2.38-loop-and-virtio.json'), 'utf8');

test('recorded: a virtio disk with the system on it and a loop device with a mounted partition', () => {
  const assembled = fromLsblk(recorded);
  const all = verdicts(assembled);
  const [loopPath] = Object.keys(all).filter((path) => path.startsWith('/dev/loop'));
  expect(all['/dev/vda']).toMatchObject({ kind: 'hidden', reasons: [{ code: 'system', params: { where: '/' } }] });
  expect(all[loopPath ?? '']).toMatchObject({ kind: 'confirm', reasons: [{ code: 'mounted' }] });
  const loop = assembled.disks.find((disk) => disk.path === loopPath);
  expect(loop?.bus).toBe('loop');
  expect(loop?.partitions.map((part) => [part.number, part.mountPoints])).toEqual([[1, []], [2, ['/tmp/lab/m']]]);
  expect(assembled.disks.find((disk) => disk.path === '/dev/vda')?.bus).toBe('virtio');
});

const root: Shape = { name: 'nvme0n1', tran: 'nvme', size: 512e9, children: [{ name: 'nvme0n1p1', type: 'part', mountpoints: ['/'] }] };

test.each<[string, Shape[], Record<string, [string, string[]]>]>([
  ['root on LVM on an encrypted NVMe, a stick beside it', [
    { name: 'nvme0n1', tran: 'nvme', size: 512e9, children: [
      { name: 'nvme0n1p1', type: 'part', mountpoints: ['/boot/efi'] },
      { name: 'nvme0n1p2', type: 'part', fstype: 'crypto_LUKS', children: [{ name: 'dm-0', type: 'crypt', children: [
        { name: 'dm-1', type: 'lvm', mountpoints: ['/'] }, { name: 'dm-2', type: 'lvm', mountpoints: ['[SWAP]'] }] }] }] },
    { name: 'sda', tran: 'usb', rm: true, hotplug: true, model: 'Ultra', children: [{ name: 'sda1', type: 'part', fstype: 'vfat' }] },
  ], { '/dev/nvme0n1': ['hidden', ['system', 'swap', 'encrypted-in-use']], '/dev/sda': ['writable', ['removable']] }],
  ['root on a RAID 1 over two disks, a third member of another RAID', [
    { name: 'sda', tran: 'sata', children: [{ name: 'sda1', type: 'part', children: [{ name: 'md0', type: 'raid1', mountpoints: ['/'] }] }] },
    { name: 'sdb', tran: 'sata', children: [{ name: 'sdb1', type: 'part', children: [{ name: 'md0', type: 'raid1', mountpoints: ['/'] }] }] },
    { name: 'sdc', tran: 'usb', rm: true, hotplug: true, children: [{ name: 'md1', type: 'raid5' }] },
  ], { '/dev/sda': ['hidden', ['system', 'raid']], '/dev/sdb': ['hidden', ['system', 'raid']], '/dev/sdc': ['hidden', ['raid']] }],
  ['a data volume group and an unlocked stick', [
    root,
    { name: 'sda', tran: 'sata', children: [{ name: 'dm-0', type: 'lvm', mountpoints: ['/mnt/data'] }] },
    { name: 'sdb', tran: 'usb', rm: true, children: [{ name: 'sdb1', type: 'part', children: [{ name: 'dm-1', type: 'crypt' }] }] },
  ], { '/dev/nvme0n1': ['hidden', ['system']], '/dev/sda': ['hidden', ['lvm']], '/dev/sdb': ['hidden', ['encrypted-in-use']] }],
  ['card readers: one empty, one with a locked card, one with a good one, and a DVD drive', [
    root,
    { name: 'sdb', tran: 'usb', rm: true, size: 0 },
    { name: 'mmcblk0', rm: true, hotplug: true, ro: true },
    { name: 'mmcblk1', rm: true, hotplug: true },
    { name: 'mmcblk1boot0', size: 4e6 },
    { name: 'sr0', type: 'rom', tran: 'sata', rm: true, size: 1073741312 },
    { name: 'zram0', size: 8e9, mountpoints: ['[SWAP]'] },
  ], {
    '/dev/nvme0n1': ['hidden', ['system']], '/dev/sdb': ['hidden', ['no-medium']], '/dev/mmcblk0': ['hidden', ['read-only']],
    '/dev/mmcblk1': ['writable', ['removable']], '/dev/sr0': ['hidden', ['read-only']],
  }],
  ['a live system: nothing says where / is', [
    { name: 'nvme0n1', tran: 'nvme', size: 512e9 }, { name: 'sda', tran: 'usb', rm: true, hotplug: true },
  ], { '/dev/nvme0n1': ['hidden', ['system-unknown']], '/dev/sda': ['confirm', ['system-unknown']] }],
  ['a live system: the medium it runs from is mounted where live systems do', [
    root, { name: 'sda', tran: 'usb', rm: true, hotplug: true, children: [{ name: 'sda1', type: 'part', mountpoints: ['/run/live/medium'] }] },
  ], { '/dev/nvme0n1': ['hidden', ['system']], '/dev/sda': ['hidden', ['system']] }],
])('constructed: %s', (_, shapes, expected) => {
  const all = verdicts(fromLsblk(lsblkJson(shapes)));
  expect(Object.fromEntries(Object.entries(all).map(([path, verdict]) => [path, [verdict.kind, codes(verdict).sort()]])))
    .toEqual(Object.fromEntries(Object.entries(expected).map(([path, [kind, reasons]]) => [path, [kind, [...reasons].sort()]])));
});

test('constructed: the disk under the file behind a loop device that carries the system', () => {
  const assembled = assemble({
    lsblk: parseLsblk(JSON.stringify({ blockdevices: [
      { kname: 'sda', 'maj:min': '8:0', type: 'disk', tran: 'usb', rm: true, size: 32e9, children: [{ kname: 'sda1', 'maj:min': '8:1', type: 'part', mountpoints: ['/mnt/medium'] }] },
      { kname: 'loop0', 'maj:min': '7:0', type: 'loop', size: 1e9, mountpoints: [null] },
      { kname: 'loop1', 'maj:min': '7:1', type: 'loop', size: 1e9, mountpoints: ['/mnt/other'] },
    ] })),
    drives: null, sys: [], swaps: [],
    mounts: [{ mountPoint: '/', devnos: ['7:0'] }],
    backing: new Map([['loop0', ['8:1']]]),
  });
  const all = verdicts(assembled);
  expect(assembled.systemKnown).toBe(true);
  expect([all['/dev/sda']?.kind, codes(all['/dev/sda'])]).toEqual(['hidden', ['system']]);
  expect(all['/dev/loop0']?.kind).toBe('hidden');
  expect(all['/dev/loop1']?.kind).toBe('confirm');
});

test('versions of lsblk that write numbers and flags as strings say the same', () => {
  const asStrings = recorded.replace(/": (\d+)(,?)$/gm, '": "$1"$2').replace(/": true/g, '": "1"').replace(/": false/g, '": "0"');
  expect(asStrings).not.toBe(recorded);
  expect(fromLsblk(asStrings).disks).toEqual(fromLsblk(recorded).disks);
});

const layers = ['part', 'lvm', 'crypt', 'raid1', 'mpath', 'loop'];
const stack = fc.array(fc.record({ type: fc.constantFrom(...layers), swap: fc.boolean() }), { maxLength: 5 });

test('whatever the listing, the disk that holds / is never writable', () => {
  const disks = fc.array(fc.record({
    tran: fc.constantFrom('usb', 'sata', 'nvme', 'sas', null), rm: fc.boolean(), hotplug: fc.boolean(), size: fc.integer({ min: 1e6, max: 4e12 }), stack,
  }), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(disks, fc.nat(), (list, pick) => {
    const holder = pick % list.length;
    let count = 0;
    const shapes = list.map((disk, index): Shape => {
      let inner: Shape | null = null;
      for (const layer of disk.stack) inner = { name: `n${count++}`, type: layer.type, mountpoints: layer.swap ? ['[SWAP]'] : [], ...(inner ? { children: [inner] } : {}) };
      const mount = index === holder ? ['/'] : [];
      const deepest = (shape: Shape): Shape => (shape.children?.[0] ? { ...shape, children: [deepest(shape.children[0])] } : { ...shape, mountpoints: [...(shape.mountpoints ?? []), ...mount] });
      return deepest({ name: `sd${'abcdef'[index]}`, tran: disk.tran, rm: disk.rm, hotplug: disk.hotplug, size: disk.size, ...(inner ? { children: [inner] } : {}) });
    });
    const verdict = verdicts(fromLsblk(lsblkJson(shapes)))[`/dev/sd${'abcdef'[holder]}`];
    expect(verdict?.kind).toBe('hidden');
    expect(codes(verdict)).toContain('system');
  }));
});

test('whatever JSON lsblk prints, reading it ends and never makes a disk writable out of nothing', () => {
  fc.assert(fc.property(fc.json({ maxDepth: 6 }), (json) => {
    for (const text of [json, `{"blockdevices": ${json}}`, `{"blockdevices": [{"kname":"sda","children":${json}}]}`]) {
      for (const verdict of Object.values(verdicts(fromLsblk(text)))) expect(verdict.kind).not.toBe('writable');
    }
  }));
  expect(() => parseLsblk('not json')).toThrow('tool-failed');
});

test('names that devices claim are cleaned before they are shown', () => {
  const [disk] = fromLsblk(lsblkJson([{ name: 'sda', tran: 'usb', model: '\u202eEvil\u0007\\x20Stick\n', serial: 'x'.repeat(500) }])).disks;
  expect(disk?.model).toBe('Evil Stick');
  expect(disk?.serial).toHaveLength(128);
});

test('constructed: a partition in the place of its disk is named with the disk', async () => {
  const disks = ['/dev/sda', '/dev/nvme0n1', '/dev/mmcblk0', '/dev/loop1'].map((path, number) => ({ id: path, path, practice: false, number }));
  const codeOf = (spec: string): Promise<unknown> => resolveDisk(spec, disks, () => Promise.reject(new Error('no practice disk'))).then(({ path }) => path, (error: EngineError) => `${error.code} ${error.params['disk']}`);
  expect(await Promise.all(['/dev/sda', '/dev/sda2', '/dev/nvme0n1p3', '/dev/mmcblk0p1', '/dev/loop1p2', '/dev/loop12', '/dev/sdaa', '/dev/sda2x'].map(codeOf))).toEqual([
    '/dev/sda', 'disk-is-partition /dev/sda', 'disk-is-partition /dev/nvme0n1', 'disk-is-partition /dev/mmcblk0', 'disk-is-partition /dev/loop1',
    'disk-not-found /dev/loop12', 'disk-not-found /dev/sdaa', 'disk-not-found /dev/sda2x',
  ]);
});
