import { statSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { memoryDevice, recognise, type FileSystemFacts } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { blankFile, blkid, labFolder, openFile, run } from '../lab.ts';

const MIB = 1024 * 1024;
const folder = labFolder();
let number = 0;
const blank = (size: number): string => blankFile(folder, `fs-${++number}.img`, size);

async function lookAt(path: string): Promise<FileSystemFacts | null> {
  const source = await openFile(path);
  try {
    return await recognise(source);
  } finally {
    await source.close();
  }
}

const tree = join(folder, 'tree');
mkdirSync(join(tree, 'sub'), { recursive: true });
writeFileSync(join(tree, 'sub', 'file.bin'), Buffer.alloc(300_000, 7));

interface Made {
  readonly name: string;
  readonly tools: readonly string[];
  readonly size: number;
  readonly make: (path: string) => void;
  /** Our kind, and blkid's where it differs. */
  readonly kind: string;
  readonly blkid?: string;
  /** Least and most bytes in use. */
  readonly used?: readonly [number, number];
}

const mkfs = (tool: string, ...args: string[]) => (path: string): void => void run(tool, [...args, path]);

const MADE: readonly Made[] = [
  { name: 'FAT12', tools: ['mkfs.fat'], size: 2 * MIB, make: mkfs('mkfs.fat', '-F', '12', '-n', 'TWELVE'), kind: 'fat12', blkid: 'vfat', used: [0, 0] },
  { name: 'FAT16', tools: ['mkfs.fat'], size: 32 * MIB, make: mkfs('mkfs.fat', '-F', '16', '-n', 'SIX TEEN'), kind: 'fat16', blkid: 'vfat', used: [0, 0] },
  { name: 'FAT32', tools: ['mkfs.fat'], size: 64 * MIB, make: mkfs('mkfs.fat', '-F', '32', '-n', 'THIRTYTWO'), kind: 'fat32', blkid: 'vfat', used: [512, 512] },
  { name: 'FAT32 without a label', tools: ['mkfs.fat'], size: 64 * MIB, make: mkfs('mkfs.fat', '-F', '32'), kind: 'fat32', blkid: 'vfat' },
  {
    name: 'FAT32 of 4096-byte sectors', tools: ['mkfs.fat'], size: 600 * MIB, make: mkfs('mkfs.fat', '-F', '32', '-S', '4096', '-n', 'FOURK'),
    kind: 'fat32', blkid: 'vfat',
  },
  {
    name: 'FAT16 with a file', tools: ['mkfs.fat', 'mcopy'], size: 32 * MIB, kind: 'fat16', blkid: 'vfat', used: [300_000, 310_000],
    make: (path) => { run('mkfs.fat', ['-F', '16', path]); run('mcopy', ['-s', '-i', path, join(tree, 'sub'), '::']); },
  },
  { name: 'exFAT', tools: ['mkfs.exfat'], size: 64 * MIB, make: mkfs('mkfs.exfat', '-L', 'Ex Größe'), kind: 'exfat', used: [12_288, 131_072] },
  { name: 'NTFS', tools: ['mkntfs'], size: 32 * MIB, make: mkfs('mkntfs', '-q', '-Q', '-F', '-L', 'Fenster é'), kind: 'ntfs', used: [MIB, 8 * MIB] },
  { name: 'NTFS of 64 KiB clusters', tools: ['mkntfs'], size: 64 * MIB, make: mkfs('mkntfs', '-q', '-Q', '-F', '-c', '65536', '-L', 'big'), kind: 'ntfs' },
  { name: 'ext2', tools: ['mke2fs'], size: 16 * MIB, make: mkfs('mke2fs', '-q', '-t', 'ext2', '-L', 'two'), kind: 'ext2' },
  { name: 'ext3', tools: ['mke2fs'], size: 16 * MIB, make: mkfs('mke2fs', '-q', '-t', 'ext3', '-L', 'three'), kind: 'ext3' },
  { name: 'ext4', tools: ['mke2fs'], size: 16 * MIB, make: mkfs('mke2fs', '-q', '-t', 'ext4', '-L', 'four ü', '-d', tree), kind: 'ext4', used: [MIB, 8 * MIB] },
  { name: 'XFS', tools: ['mkfs.xfs'], size: 320 * MIB, make: mkfs('mkfs.xfs', '-q', '-L', 'ex-eff-es'), kind: 'xfs' },
  { name: 'btrfs', tools: ['mkfs.btrfs'], size: 128 * MIB, make: mkfs('mkfs.btrfs', '-q', '-L', 'butter'), kind: 'btrfs', used: [16_384, MIB] },
  { name: 'swap', tools: ['mkswap'], size: 2 * MIB, make: mkfs('mkswap', '-L', 'swapping'), kind: 'swap' },
  { name: 'swap of 64 KiB pages', tools: ['mkswap'], size: 4 * MIB, make: mkfs('mkswap', '-p', '65536', '-L', 'pages'), kind: 'swap' },
  { name: 'ISO 9660', tools: ['genisoimage'], size: 0, make: (path) => void run('genisoimage', ['-quiet', '-V', 'DISC_1', '-o', path, tree]), kind: 'iso9660' },
  { name: 'ISO 9660 with Joliet', tools: ['genisoimage'], size: 0, make: (path) => void run('genisoimage', ['-quiet', '-J', '-V', 'Disc', '-o', path, tree]), kind: 'iso9660' },
  { name: 'UDF bridge', tools: ['genisoimage'], size: 0, make: (path) => void run('genisoimage', ['-quiet', '-udf', '-V', 'BRIDGE', '-o', path, tree]), kind: 'udf' },
  { name: 'UDF of a hard disk', tools: ['mkudffs'], size: 16 * MIB, make: mkfs('mkudffs', '--label=Universal', '--media-type=hd', '--blocksize=512'), kind: 'udf' },
  { name: 'UDF of a disc', tools: ['mkudffs'], size: 16 * MIB, make: mkfs('mkudffs', '--label=Scheibe ü', '--blocksize=2048'), kind: 'udf' },
  { name: 'LUKS 1', tools: ['cryptsetup'], size: 16 * MIB, make: (path) => void run('cryptsetup', ['luksFormat', '-q', '--type', 'luks1', '--pbkdf-force-iterations', '1000', path, '-'], 'x'), kind: 'luks', blkid: 'crypto_LUKS' },
  { name: 'LUKS 2', tools: ['cryptsetup'], size: 32 * MIB, make: (path) => void run('cryptsetup', ['luksFormat', '-q', '--type', 'luks2', '--label', 'vault', '--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000', path, '-'], 'x'), kind: 'luks', blkid: 'crypto_LUKS' },
  { name: 'squashfs', tools: ['mksquashfs'], size: 0, make: (path) => void run('mksquashfs', [tree, path, '-quiet', '-noappend']), kind: 'squashfs' },
];

for (const { name, tools, size, make, kind, blkid: type = kind, used } of MADE) {
  need({ tools: [...tools, 'blkid'] })(`${name}: the same as blkid`, async () => {
    const path = blank(size);
    make(path);
    const expected = blkid(path);
    const found = await lookAt(path);
    expect(expected.type).toBe(type);
    expect({ kind: found?.kind, label: found?.label, uuid: found?.uuid }).toEqual({ kind, label: expected.label, uuid: expected.uuid });
    if (used) {
      expect(found?.usedBytes).toBeGreaterThanOrEqual(used[0]);
      expect(found?.usedBytes).toBeLessThanOrEqual(used[1]);
    }
    expect(found?.usedBytes ?? 0).toBeLessThanOrEqual(statSync(path).size);
  });
}

need({ tools: ['mkntfs', 'ntfsinfo'] })('NTFS: bytes in use are the ones ntfsinfo counts', async () => {
  const path = blank(48 * MIB);
  run('mkntfs', ['-q', '-Q', '-F', path]);
  const info = run('ntfsinfo', ['-fm', path]);
  const clusters = (pattern: RegExp): number => Number(pattern.exec(info)?.[1]);
  const total = clusters(/Volume Size in Clusters: (\d+)/);
  const free = clusters(/Free Clusters: (\d+)/);
  expect((await lookAt(path))?.usedBytes).toBe((total - free) * 4096);
});

need({ tools: ['mke2fs', 'dumpe2fs'] })('ext4: bytes in use are the ones dumpe2fs counts', async () => {
  const path = blank(64 * MIB);
  run('mke2fs', ['-q', '-t', 'ext4', '-b', '1024', path]);
  const info = run('dumpe2fs', ['-h', path]);
  const value = (key: string): number => Number(new RegExp(`^${key}: *(\\d+)`, 'm').exec(info)?.[1]);
  expect((await lookAt(path))?.usedBytes).toBe((value('Block count') - value('Free blocks')) * 1024);
});

// No tool of Debian makes these here: the bytes are constructed from documentation, and blkid must agree.
const put = (size: number, ...pieces: [number, string | number[]][]): Uint8Array => {
  const bytes = new Uint8Array(size);
  for (const [at, piece] of pieces) bytes.set(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece, at);
  return bytes;
};
const UUID_BYTES = Array.from({ length: 16 }, (_, i) => i + 1);
const FVE_GUID = [0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01];
// blkid looks for no RAID on anything as small as a floppy disk.
const RAID_SIZE = 4 * MIB;
const RAID_0 = RAID_SIZE - 65536;
const RAID = [0xfc, 0x4e, 0x2b, 0xa9];

/** A superblock 1.x as blkid wants it: its own place, and the checksum of md (the sum of 32-bit words, folded). */
function raid1(size: number, at: number): Uint8Array {
  const bytes = put(size, [at, RAID], [at + 4, [1]], [at + 0x10, UUID_BYTES], [at + 0x20, 'bench:0']);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(at + 0x90, BigInt(at / 512), true);
  let sum = 0n;
  for (let i = 0; i < 256; i += 4) sum += BigInt(view.getUint32(at + i, true));
  view.setUint32(at + 0xd8, Number((sum & 0xffffffffn) + (sum >> 32n)), true);
  return bytes;
}

const CONSTRUCTED: readonly (readonly [string, string, string, Uint8Array])[] = [
  ['BitLocker', 'bitlocker', 'BitLocker', put(MIB, [0, [0xeb, 0x58, 0x90]], [3, '-FVE-FS-'], [160, FVE_GUID], [176, [0, 16]], [510, [0x55, 0xaa]], [4096, '-FVE-FS-'], [4106, [2]])],
  ['ReFS', 'refs', 'ReFS', put(MIB, [3, 'ReFS']) ],
  ['RAID 1.0', 'raid', 'linux_raid_member', raid1(RAID_SIZE, RAID_SIZE - 8192)],
  ['RAID 1.1', 'raid', 'linux_raid_member', raid1(RAID_SIZE, 0)],
  ['RAID 1.2', 'raid', 'linux_raid_member', raid1(RAID_SIZE, 4096)],
  [
    'RAID 0.90', 'raid', 'linux_raid_member',
    put(RAID_SIZE, [RAID_0, RAID], [RAID_0 + 8, [90]], [RAID_0 + 0x14, [1, 2, 3, 4]], [RAID_0 + 0x34, [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]]),
  ],
];

for (const [name, kind, type, bytes] of CONSTRUCTED) {
  need({ tools: ['blkid'] })(`${name}, constructed from documentation: the same as blkid`, async () => {
    const path = blank(0);
    writeFileSync(path, bytes);
    const expected = blkid(path);
    expect(expected.type).toBe(type);
    expect(await lookAt(path)).toMatchObject({ kind, uuid: expected.uuid, label: expected.label });
  });
}

test.each([
  ['LVM2', 'lvm2', '01234a-5678-9abc-defg-hijk-lmno-pqrstu', put(MIB, [512, 'LABELONE'], [520, [1]], [536, 'LVM2 001'], [544, '01234a56789abcdefghijklmnopqrstu'])],
  ['APFS', 'apfs', '01020304-0506-0708-090a-0b0c0d0e0f10', put(MIB, [32, 'NXSB'], [36, [0, 16]], [0x48, UUID_BYTES])],
  ['HFS+', 'hfsplus', '', put(MIB, [1024, 'H+\0\x04'], [1024 + 0x28, [0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 16]])],
  ['BitLocker To Go', 'bitlocker', '', put(MIB, [0, [0xeb, 0x58, 0x90]], [3, 'MSWIN4.1'], [424, FVE_GUID])],
])('%s, constructed from documentation', async (_name, kind, uuid, bytes) => {
  expect(await recognise(memoryDevice(bytes))).toMatchObject({ kind, uuid });
});

test('nothing is recognised in zeros, in noise, and in almost nothing', async () => {
  expect(await recognise(memoryDevice(MIB))).toBeNull();
  const noise = new Uint8Array(MIB);
  for (let i = 0, x = 1; i < noise.length; i++) noise[i] = (x = (x * 1103515245 + 12345) & 0x7fffffff) >> 16;
  expect(await recognise(memoryDevice(noise))).toBeNull();
  for (const size of [0, 1, 511, 512, 1024]) expect(await recognise(memoryDevice(size))).toBeNull();
});
