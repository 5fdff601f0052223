import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { normalize, totalLength, union } from '../../../native-free-engine/base/extent.ts';
import { ntfsAllocation } from '../../../native-free-engine/filesystems/ntfs/allocation.ts';
import { applyFixups } from '../../../native-free-engine/filesystems/ntfs/fixups.ts';
import { ntfsOwners } from '../../../native-free-engine/filesystems/ntfs/owners.ts';
import { memoryDevice } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { labFolder, run } from '../lab.ts';
import { NTFS_TOOLS, attributeAt, clustersOf, makeNtfs, populate, recordAt, withNtfs } from './ntfs-volume.ts';
import { MIB, allocationOf, partcloneUsed } from './volume-copy.ts';

const folder = labFolder();
const CLUSTER = 512;
const SIZE = 16 * MIB;
const RECORD = 1024;
const BITMAP = 6;
/** Numbers of attributes, different in each record. */
const DATA_ID = 20;
const LIST_ID = 21;

// No tool makes such a volume: $Bitmap is written anew from documentation, and other tools must read it as we do.
need({ root: true, linux: true, tools: [...NTFS_TOOLS] })('$Bitmap in pieces that three records tell about', async () => {
  const path = makeNtfs(folder, 'pieces.img', SIZE, CLUSTER);
  await withNtfs(path, populate);
  const before = await allocationOf(path, ntfsAllocation);
  const volume = readFileSync(path);
  const [old] = clustersOf(path, '/$Bitmap', CLUSTER);
  const map = Buffer.from(volume.subarray(old!.offset, old!.offset + old!.length));
  const free = Array.from({ length: SIZE / CLUSTER - 2 }, (_, i) => SIZE / CLUSTER - 2 - i).filter((cluster) => (map[cluster >> 3]! & (1 << (cluster & 7))) === 0);
  const places = Array.from({ length: old!.length / CLUSTER }, (_, i) => free[i * 3]!);
  const mark = (cluster: number, used: boolean): void => {
    if (used) map[cluster >> 3]! |= 1 << (cluster & 7);
    else map[cluster >> 3]! &= ~(1 << (cluster & 7));
  };
  for (let i = 0; i < places.length; i++) mark(old!.offset / CLUSTER + i, false);
  for (const place of places) mark(place, true);
  places.forEach((place, i) => map.copy(volume, place * CLUSTER, i * CLUSTER, (i + 1) * CLUSTER));
  splitBitmap(volume, places);
  writeFileSync(path, volume);

  const expected = normalize(places.map((place) => ({ offset: place * CLUSTER, length: CLUSTER })));
  expect(clustersOf(path, '/$Bitmap', CLUSTER)).toEqual(expected);
  expect(run('ntfsinfo', ['-f', '-m', path])).toContain(`Free Clusters: ${freeIn(map)} `);
  const after = await allocationOf(path, ntfsAllocation);
  const whole = union(after.used, after.leftOut[0]!.extents);
  expect(whole).toEqual(union(partcloneUsed('partclone.ntfs', path), [{ offset: SIZE - CLUSTER, length: CLUSTER }]));
  expect(totalLength(after.used)).toBe(totalLength(before.used));
  expect(after.fingerprint).not.toBe(before.fingerprint);
  expect(await ntfsOwners(memoryDevice(volume), expected)).toEqual([{ path: '$Bitmap', bytes: map.length }]);

  // An extension record that was given to another file since.
  const stranger = new Uint8Array(volume);
  const [extension] = extensionsOf(volume);
  stranger[recordAt(volume, extension!) + 0x10]!++;
  await expect(ntfsAllocation(memoryDevice(stranger), { leaveOutSwapFiles: true })).rejects.toMatchObject({ code: 'struct-invalid' });
});

const freeIn = (map: Uint8Array): number => map.reduce((sum, byte) => sum + 8 - byte.toString(2).replaceAll('0', '').length, 0);

/** Gives $Bitmap a list of attributes, and its runs to three records. */
function splitBitmap(volume: Buffer, places: readonly number[]): void {
  const base = readRecord(volume, BITMAP);
  const sequence = base.readUInt16LE(0x10);
  const first = Math.ceil(places.length / 3);
  const second = first * 2;
  const extensions = unusedRecords(volume).slice(0, 2);
  const piece = (from: number, to: number): Buffer => nonResident(places.slice(from, to), from, places.length * CLUSTER);
  const reference = (number: number, of: number): bigint => BigInt(number) | (BigInt(of) << 48n);
  const sequences = extensions.map((number) => readRecord(volume, number).readUInt16LE(0x10));

  const standard = attribute(base, 0x10);
  const name = attribute(base, 0x30);
  const head = piece(0, first);
  const list = attributeList([
    [0x10, 0, reference(BITMAP, sequence), standard.readUInt16LE(0x0e)],
    [0x30, 0, reference(BITMAP, sequence), name.readUInt16LE(0x0e)],
    [0x80, 0, reference(BITMAP, sequence), DATA_ID],
    [0x80, first, reference(extensions[0]!, sequences[0]!), DATA_ID],
    [0x80, second, reference(extensions[1]!, sequences[1]!), DATA_ID],
  ]);
  writeRecord(volume, BITMAP, base, [standard, list, name, head]);
  [piece(first, second), piece(second, places.length)].forEach((part, i) => {
    const record = Buffer.from(base);
    record.writeUInt16LE(sequences[i]!, 0x10);
    record.writeBigUInt64LE(reference(BITMAP, sequence), 0x20);
    record.writeUInt32LE(extensions[i]!, 0x2c);
    writeRecord(volume, extensions[i]!, record, [part]);
  });
}

function readRecord(volume: Buffer, number: number): Buffer {
  const at = recordAt(volume, number);
  const record = Buffer.from(volume.subarray(at, at + RECORD));
  applyFixups(record, 'FILE');
  return record;
}

function writeRecord(volume: Buffer, number: number, header: Buffer, attributes: readonly Buffer[]): void {
  const record = Buffer.alloc(RECORD);
  header.copy(record, 0, 0, header.readUInt16LE(0x14));
  record.writeUInt16LE(1, 0x16);
  record.writeUInt16LE(LIST_ID + 1, 0x28);
  let at = header.readUInt16LE(0x14);
  for (const part of attributes) at += part.copy(record, at);
  record.writeUInt32LE(0xffffffff, at);
  record.writeUInt32LE(at + 8, 0x18);
  const fixups = record.readUInt16LE(4);
  for (let i = 1; i <= RECORD / 512; i++) {
    record.copy(record, fixups + i * 2, i * 512 - 2, i * 512);
    record.copy(record, i * 512 - 2, fixups, fixups + 2);
  }
  record.copy(volume, recordAt(volume, number));
}

/** Records of files that were deleted. */
function unusedRecords(volume: Buffer): number[] {
  const numbers = Array.from({ length: 100 }, (_, i) => 30 + i);
  return numbers.filter((number) => volume.toString('latin1', recordAt(volume, number), recordAt(volume, number) + 4) === 'FILE' && (volume[recordAt(volume, number) + 0x16]! & 1) === 0);
}

function extensionsOf(volume: Buffer): number[] {
  return Array.from({ length: 100 }, (_, i) => 30 + i).filter((number) => volume.readUInt32LE(recordAt(volume, number) + 0x20) === BITMAP);
}

function attribute(record: Buffer, type: number): Buffer {
  const at = attributeAt(record, 0, type);
  return Buffer.from(record.subarray(at, at + record.readUInt32LE(at + 4)));
}

function attributeList(entries: readonly (readonly [number, number, bigint, number])[]): Buffer {
  const list = Buffer.alloc(0x18 + entries.length * 32);
  list.writeUInt32LE(0x20, 0);
  list.writeUInt32LE(list.length, 4);
  list.writeUInt16LE(LIST_ID, 0x0e);
  list.writeUInt32LE(entries.length * 32, 0x10);
  list.writeUInt16LE(0x18, 0x14);
  entries.forEach(([type, vcn, reference, id], i) => {
    const at = 0x18 + i * 32;
    list.writeUInt32LE(type, at);
    list.writeUInt16LE(32, at + 4);
    list[at + 7] = 0x1a;
    list.writeUInt32LE(vcn, at + 8);
    list.writeBigUInt64LE(reference, at + 0x10);
    list.writeUInt16LE(id, at + 0x18);
  });
  return list;
}

/** A part of the unnamed data whose clusters lie one by one. */
function nonResident(clusters: readonly number[], firstVcn: number, size: number): Buffer {
  const data = Buffer.alloc(0x40 + Math.ceil((clusters.length * 6 + 1) / 8) * 8);
  data.writeUInt32LE(0x80, 0);
  data.writeUInt32LE(data.length, 4);
  data[8] = 1;
  data.writeUInt16LE(0x40, 0x0a);
  data.writeUInt16LE(DATA_ID, 0x0e);
  data.writeUInt32LE(firstVcn, 0x10);
  data.writeUInt32LE(firstVcn + clusters.length - 1, 0x18);
  data.writeUInt16LE(0x40, 0x20);
  for (const at of firstVcn === 0 ? [0x28, 0x30, 0x38] : []) data.writeUInt32LE(size, at);
  clusters.forEach((cluster, i) => {
    const at = 0x40 + i * 6;
    data[at] = 0x41;
    data[at + 1] = 1;
    data.writeInt32LE(cluster - (clusters[i - 1] ?? 0), at + 2);
  });
  return data;
}
