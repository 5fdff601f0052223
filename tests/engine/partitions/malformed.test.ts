import { expect, test } from 'vitest';
import { EngineError, memoryDevice, readLayout, type BlockSource, type MemoryDevice } from '../../../native-free-engine/index.ts';
import { crc32 } from '../../../native-free-engine/codecs/checksums.ts';
import { buildGpt, readGpt } from '../../../native-free-engine/partitions/gpt/index.ts';
import { MbrEntry, buildMbr, readMbr } from '../../../native-free-engine/partitions/mbr/index.ts';
import { counting, seeded } from '../lab.ts';

const MIB = 1024 * 1024;
const SIZE = 4 * MIB;
const TABLES = 400;
/** What looking at one malformed disk may read: the tables with their caps, and the head of each partition. */
const MAX_BYTES = 64 * MIB;
const MAX_READ = 2 * MIB;

type Random = () => number;
const below = (random: Random, n: number): number => Math.floor(random() * n);
const word = (random: Random): number => [0, 1, 0xffffffff, 0x7fffffff, below(random, SIZE / 512), below(random, 2 ** 32)][below(random, 6)] ?? 0;
const hex = (random: Random, digits: number): string => Array.from({ length: digits }, () => below(random, 16).toString(16)).join('');

function soundGpt(random: Random, sectorSize: number): MemoryDevice {
  const disk = memoryDevice(SIZE, sectorSize);
  const partitions = [1, 2].map((n) => ({
    offset: n * MIB, length: 512 * 1024, type: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7', id: `${hex(random, 8)}-0000-4000-8000-${hex(random, 12)}`, name: `p${n}`,
  }));
  const image = buildGpt({ diskGuid: '00000000-0000-4000-8000-000000000001', partitions }, SIZE, sectorSize);
  disk.bytes.set(image.start);
  disk.bytes.set(image.end, image.endOffset);
  return disk;
}

/** Makes the checksums right again, so that what was spoilt is met by the checks behind them. */
function seal(disk: MemoryDevice): void {
  const at = disk.sectorSize;
  const view = new DataView(disk.bytes.buffer);
  const bytes = view.getUint32(at + 0x50, true) * view.getUint32(at + 0x54, true);
  if (bytes < SIZE / 2) view.setUint32(at + 0x58, crc32(disk.bytes.slice(2 * disk.sectorSize, 2 * disk.sectorSize + bytes)), true);
  const headerSize = Math.min(view.getUint32(at + 0x0c, true), disk.sectorSize);
  view.setUint32(at + 0x10, 0, true);
  view.setUint32(at + 0x10, crc32(disk.bytes.slice(at, at + headerSize)), true);
}

/** The kinds of damage; each takes the random numbers it needs. */
const DAMAGE: Readonly<Record<string, (random: Random, sectorSize: number) => MemoryDevice>> = {
  'bit flips in a GPT': (random, sectorSize) => {
    const disk = soundGpt(random, sectorSize);
    const last = SIZE - 33 * 512;
    for (let i = below(random, 40); i >= 0; i--) disk.bytes[(random() < 0.5 ? 0 : last) + below(random, 33 * 512)]! ^= 1 << below(random, 8);
    return disk;
  },
  'a GPT header of random fields, checksums right': (random, sectorSize) => {
    const disk = soundGpt(random, sectorSize);
    const view = new DataView(disk.bytes.buffer);
    for (let i = below(random, 4); i >= 0; i--) view.setUint32(sectorSize + 0x0c + 4 * below(random, 19), word(random), true);
    seal(disk);
    return disk;
  },
  'GPT entries of random values, checksums right': (random, sectorSize) => {
    const disk = soundGpt(random, sectorSize);
    const view = new DataView(disk.bytes.buffer);
    for (let i = below(random, 128); i >= 0; i--) view.setUint32(2 * sectorSize + 4 * below(random, 4096), word(random), true);
    seal(disk);
    return disk;
  },
  'huge counts and sizes of GPT entries': (random, sectorSize) => {
    const disk = soundGpt(random, sectorSize);
    const view = new DataView(disk.bytes.buffer);
    view.setUint32(sectorSize + 0x50, [0xffffffff, 8192, 8193, 1 << 24][below(random, 4)] ?? 0, true);
    view.setUint32(sectorSize + 0x54, [128, 256, 4096, 0x80000000][below(random, 4)] ?? 0, true);
    seal(disk);
    return disk;
  },
  'an MBR of random entries': (random, sectorSize) => {
    const disk = memoryDevice(SIZE, sectorSize);
    disk.bytes.set(buildMbr({ diskSignature: 1, partitions: [] }, sectorSize));
    for (let i = 0; i < 4; i++) putEntry(disk, 0x1be + i * 16, random);
    return disk;
  },
  'chains of extended boot records at random, loops among them': (random, sectorSize) => {
    const disk = memoryDevice(SIZE, sectorSize);
    disk.bytes.set(buildMbr({ diskSignature: 1, partitions: [{ offset: MIB, length: 2 * MIB, type: 5 }] }, sectorSize));
    const records = 1 + below(random, 200);
    const start = MIB / sectorSize;
    const chs = new Uint8Array(3);
    for (let i = 0; i < records; i++) {
      const at = (start + i) * sectorSize;
      disk.bytes[at + 510] = 0x55;
      disk.bytes[at + 511] = random() < 0.02 ? 0 : 0xaa;
      putEntry(disk, at + 0x1be, random);
      MbrEntry.write({ status: 0, chsFirst: chs, type: 5, chsLast: chs, firstLba: below(random, records), sectors: 1 }, disk.bytes, at + 0x1ce);
    }
    return disk;
  },
  'noise with a signature': (random, sectorSize) => {
    const disk = memoryDevice(SIZE, sectorSize);
    for (let at = 0; at < 70 * 1024; at++) disk.bytes[at] = below(random, 256);
    disk.bytes[510] = 0x55;
    disk.bytes[511] = 0xaa;
    if (random() < 0.5) for (let i = 0; i < 4; i++) disk.bytes[0x1be + i * 16] = random() < 0.5 ? 0 : 0x80;
    return disk;
  },
};

function putEntry(disk: MemoryDevice, at: number, random: Random): void {
  MbrEntry.write(
    {
      status: random() < 0.5 ? 0 : 0x80,
      chsFirst: new Uint8Array(3),
      type: [0x05, 0x0f, 0x07, 0x83, 0xee, 0x00, below(random, 256)][below(random, 7)] ?? 0,
      chsLast: new Uint8Array(3),
      firstLba: word(random),
      sectors: word(random),
    },
    disk.bytes,
    at,
  );
}

const NAMED = ['mbr-invalid', 'gpt-invalid', 'struct-invalid', 'struct-out-of-bounds', 'number-unsafe'];

async function namedErrorOrResult(read: (source: BlockSource) => Promise<unknown>, source: BlockSource): Promise<void> {
  try {
    await read(source);
  } catch (error) {
    if (!(error instanceof EngineError) || !NAMED.includes(error.code)) throw error;
  }
}

for (const [kind, make] of Object.entries(DAMAGE)) {
  for (const sectorSize of [512, 4096]) {
    const count = Math.ceil(TABLES / Object.keys(DAMAGE).length / 2);
    test(`${count} malformed tables: ${kind}, ${sectorSize}-byte sectors`, async () => {
      const seen = new Set<string>();
      for (let seed = 1; seed <= count; seed++) {
        const source = counting(make(seeded(seed * 7919 + sectorSize), sectorSize));
        const layout = await readLayout(source);
        seen.add(layout.table);
        await namedErrorOrResult(readMbr, source);
        await namedErrorOrResult(readGpt, source);
        const where = `seed ${seed}`;
        expect(source.largestRead, where).toBeLessThanOrEqual(MAX_READ);
        expect(source.bytesRead, where).toBeLessThanOrEqual(MAX_BYTES);
        if (layout.problems.some((p) => p.severity === 'error')) expect(layout.table, where).toBe('corrupt');
        for (const partition of layout.partitions) {
          expect(Number.isSafeInteger(partition.offset) && partition.offset >= 0, where).toBe(true);
          expect(Number.isSafeInteger(partition.length) && partition.length > 0, where).toBe(true);
        }
        // What a reader says must survive the border between processes.
        expect(() => structuredClone(layout)).not.toThrow();
      }
      expect([...seen]).toContain('corrupt');
    });
  }
}
