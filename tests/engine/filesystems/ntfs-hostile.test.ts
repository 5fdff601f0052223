import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { EngineError } from '../../../native-free-engine/base/errors.ts';
import { endOf, normalize, subtract, type ExtentSet } from '../../../native-free-engine/base/extent.ts';
import { ntfsAllocation } from '../../../native-free-engine/filesystems/ntfs/allocation.ts';
import { ntfsOwners } from '../../../native-free-engine/filesystems/ntfs/owners.ts';
import { memoryDevice } from '../../../native-free-engine/index.ts';
import { seeded } from '../../support/seeded.ts';
import { need } from '../../support/need.ts';
import { counting, labFolder } from '../lab.ts';
import { NTFS_TOOLS, clustersOf, makeNtfs, recordAt, tear, withNtfs } from './ntfs-volume.ts';
import { KIB, MIB } from './volume-copy.ts';

const folder = labFolder();
const ALL = { root: true, linux: true, tools: [...NTFS_TOOLS] };
const CLUSTER = 512;
/** One of so many bits is flipped: all of them take two minutes. */
const EVERY = 5;

async function volumeWith(name: string, fill: (top: string) => void): Promise<{ path: string; bytes: Uint8Array }> {
  const path = makeNtfs(folder, name, 6 * MIB, CLUSTER);
  await withNtfs(path, fill);
  return { path, bytes: new Uint8Array(readFileSync(path)) };
}

/** Every allocation map of a damaged volume lies within it and knows all that is in use; or the damage has a name. */
async function survive(volume: Uint8Array, used: ExtentSet): Promise<boolean> {
  const source = counting(memoryDevice(volume));
  try {
    const map = await ntfsAllocation(source, { leaveOutSwapFiles: true });
    const known = normalize([...map.used, ...map.leftOut.flatMap((left) => left.extents)]);
    expect(known).toEqual(normalize(known));
    expect(endOf(known.at(-1)!)).toBeLessThanOrEqual(volume.length);
    expect(subtract(used, known)).toEqual([]);
    return true;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    expect(['struct-invalid', 'struct-out-of-bounds', 'number-unsafe', 'allocation-invalid']).toContain(error.code);
    return false;
  } finally {
    expect(source.bytesRead).toBeLessThan(64 * MIB);
  }
}

need(ALL)('bits of all that an allocation map is read from, flipped', async () => {
  const { path, bytes } = await volumeWith('flipped.img', (top) => {
    for (let i = 0; i < 20; i++) writeFileSync(join(top, `a file with a long name ${i}`), Buffer.alloc(i * 1000, i));
    writeFileSync(join(top, 'pagefile.sys'), Buffer.alloc(300_000, 1));
  });
  const { used } = await ntfsAllocation(memoryDevice(bytes), { leaveOutSwapFiles: false });
  const places: { offset: number; length: number }[] = [{ offset: 0, length: 0x60 }];
  for (let record = 0; record <= 6; record++) {
    const offset = recordAt(bytes, record);
    places.push({ offset, length: new DataView(bytes.buffer).getUint32(offset + 0x18, true) });
  }
  places.push({ offset: clustersOf(path, '/', CLUSTER, 'a0')[0]!.offset, length: 1024 });
  const random = seeded(1);
  let sound = 0;
  let damaged = 0;
  for (const { offset, length } of places) {
    for (let bit = random.below(2 * EVERY); bit < length * 8; bit += 1 + random.below(2 * EVERY - 1)) {
      bytes[offset + (bit >> 3)]! ^= 1 << (bit & 7);
      try {
        if (await survive(bytes, used)) sound++;
        else damaged++;
      } catch (error) {
        throw new Error(`byte ${offset} + ${bit >> 3}, bit ${bit & 7}`, { cause: error });
      }
      bytes[offset + (bit >> 3)]! ^= 1 << (bit & 7);
    }
  }
  expect(sound).toBeGreaterThan(500);
  expect(damaged).toBeGreaterThan(100);
});

need(ALL)('words of the MFT and of indexes overwritten at random', async () => {
  const { path, bytes } = await volumeWith('random.img', (top) => tear(top, 1200, 600 * KIB));
  const sound = bytes.slice();
  const owned = [{ offset: 0, length: bytes.length }];
  const mft = recordAt(bytes, 0);
  const log = clustersOf(path, '/$LogFile', CLUSTER)[0]!.offset;
  const index = clustersOf(path, '/', CLUSTER, 'a0')[0]!.offset;
  for (let seed = 1; seed <= 80; seed++) {
    bytes.set(sound);
    const random = seeded(seed);
    const view = new DataView(bytes.buffer);
    for (let i = random.below(10); i >= 0; i--) {
      const [start, length] = ([[mft, 12 * KIB], [mft, 200 * KIB], [log, 4096], [index, 8192], [8, 80]] as const)[random.below(5)]!;
      const at = start + random.below(length - 4);
      const choice = random.below(3);
      if (choice === 0) view.setUint32(at, 0xffffffff, true);
      else if (choice === 1) view.setUint32(at, random.below(2 ** 32), true);
      else view.setUint16(at, random.below(64), true);
    }
    await survive(bytes, []);
    const source = counting(memoryDevice(bytes));
    const owners = await ntfsOwners(source, owned);
    expect(owners.every((owner) => owner.path !== '' && owner.bytes > 0)).toBe(true);
    expect(source.bytesRead).toBeLessThan(64 * MIB);
  }
});
