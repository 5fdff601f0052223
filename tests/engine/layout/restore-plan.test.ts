import { expect, test } from 'vitest';
import { planRestore, type RestoreLayout, type RestoreRequest } from '../../../native-free-engine/index.ts';
import type { DiskMap, MappedPartition } from '../../../native-free-engine/layout/disk-map.ts';

const MIB = 1024 * 1024;
const TAIL = 33 * 512;

function partition(number: number, offset: number, length: number, more: Partial<MappedPartition> = {}): MappedPartition {
  return {
    number, offset: offset * MIB, length: length * MIB, type: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7', id: `00000000-0000-4000-8000-00000000000${number}`, name: `p${number}`,
    attributes: '0', active: false, logical: false, role: 'data', fileSystem: { kind: 'ntfs', label: '', uuid: '' }, method: 'used', wholeReason: null, usedBytes: MIB,
    usedEnd: MIB, unit: 4096, leftOut: [], conditions: [], fingerprint: '', ...more,
  };
}

const disk = (table: DiskMap['table'], size: number, partitions: MappedPartition[]): DiskMap => ({
  size: size * MIB, sectorSize: 512, table, diskId: table === 'gpt' ? 'AAAAAAAA-0000-4000-8000-000000000000' : table === 'mbr' ? 'CAFE0042' : '', partitions,
  used: [{ offset: 0, length: MIB }, ...partitions.filter((p) => p.role !== 'extended').map((p) => ({ offset: p.offset + 4096, length: 8192 })).sort((a, b) => a.offset - b.offset)],
});

const plan = (map: DiskMap, size: number, more: Partial<RestoreRequest> = {}): RestoreLayout =>
  planRestore({ map, selected: null, target: { size: size * MIB, sectorSize: 512, name: 'disk 3' }, grow: false, newIdentifiers: false, rest: 'keep', ...more });

const places = (layout: RestoreLayout): [number, number, number][] => layout.partitions.filter((p) => !p.dropped).map((p) => [p.number, p.to / MIB, p.newLength / MIB]);

const windows = disk('gpt', 1000, [
  partition(1, 1, 100, { role: 'efi-system' }), partition(2, 101, 16, { role: 'microsoft-reserved', method: 'whole' }), partition(3, 117, 700, { role: 'os' }),
  partition(4, 817, 150, { role: 'recovery' }),
]);

test('the same size: the same places', () => {
  for (const grow of [false, true]) expect(plan(windows, 1000, { grow }).partitions.every((p) => !p.moved && !p.grown)).toBe(true);
  expect(plan(windows, 1000).bytesToWrite).toBe(MIB + 4 * 8192);
  expect(plan(windows, 1000).neededSize).toBe(967 * MIB + TAIL);
});

test('larger and growing: recovery goes to the end, Windows takes the room', () => {
  expect(places(plan(windows, 2000))).toEqual(places(plan(windows, 1000)));
  const layout = plan(windows, 2000, { grow: true });
  expect(places(layout)).toEqual([[1, 1, 100], [2, 101, 16], [3, 117, 1732], [4, 1849, 150]]);
  expect(layout.pieces.filter((piece) => piece.from !== piece.to)).toEqual([{ from: 817 * MIB, to: 1849 * MIB, length: 150 * MIB }]);
});

test('a BIOS boot partition behind the data stays: nothing behind it moves', () => {
  const map = disk('gpt', 1000, [partition(1, 1, 500), partition(2, 600, 1, { role: 'bios-boot' }), partition(3, 700, 20, { role: 'swap' })]);
  expect(places(plan(map, 2000, { grow: true }))).toEqual([[1, 1, 599], [2, 600, 1], [3, 700, 20]]);
  expect(() => plan(map, 500)).toThrow(expect.objectContaining({ code: 'restore-too-small' }));
});

test('smaller: in place when the end is free, packed when something is left out, refused with what is missing', () => {
  expect(places(plan(windows, 968))).toEqual(places(plan(windows, 1000)));
  const layout = plan(windows, 960, { selected: [1, 3, 4] });
  expect(layout.packed).toBe(true);
  expect(places(layout)).toEqual([[1, 1, 100], [3, 101, 700], [4, 801, 150]]);
  expect(() => plan(windows, 900)).toThrow(
    expect.objectContaining({ code: 'restore-too-small', params: { disk: 'disk 3', needed: 967 * MIB + TAIL, available: 900 * MIB, missing: 67 * MIB + TAIL } }),
  );
});

test('MBR: byte offsets stay; growth only where nothing lies behind', () => {
  const map = disk('mbr', 1000, [partition(1, 1, 100, { role: 'system-reserved', active: true }), partition(2, 101, 500, { role: 'os' }), partition(3, 700, 100, { role: 'recovery' })]);
  expect(places(plan(map, 2000, { grow: true }))).toEqual(places(plan(map, 2000)));
  expect(places(plan(map, 2000, { grow: true, selected: [1, 2] }))).toEqual([[1, 1, 100], [2, 101, 1899]]);
  expect(places(plan(map, 700, { selected: [1, 2] }))).toEqual([[1, 1, 100], [2, 101, 500]]);
  expect(() => plan(map, 700)).toThrow(expect.objectContaining({ params: { disk: 'disk 3', needed: 800 * MIB, available: 700 * MIB, missing: 100 * MIB } }));
  expect(plan(map, 1000).diskId).toBe('CAFE0042');
});

test('MBR: the extended partition shrinks to its last logical one, comes with it, and does without what is left out', () => {
  const logical = [partition(5, 102, 200, { logical: true }), partition(6, 310, 200, { logical: true })];
  const map = disk('mbr', 1000, [partition(1, 1, 100), partition(2, 101, 899, { role: 'extended', method: 'none' }), ...logical]);
  expect(places(plan(map, 600))).toEqual([[1, 1, 100], [2, 101, 409], [5, 102, 200], [6, 310, 200]]);
  expect(places(plan(map, 400, { selected: [5] }))).toEqual([[2, 101, 201], [5, 102, 200]]);
  expect(places(plan(map, 1200, { grow: true })).at(-1)).toEqual([6, 310, 890]);
  const without = plan(map, 1000, { selected: [1, 6] });
  expect(without.pieces.some((piece) => piece.from < 302 * MIB && piece.from + piece.length > 102 * MIB)).toBe(false);
});

test('a file system without a table; one volume into a range', () => {
  const map = disk('none', 100, [partition(0, 0, 100)]);
  expect(places(plan(map, 150, { grow: true }))).toEqual([[0, 0, 150]]);
  expect(() => plan(map, 99)).toThrow(expect.objectContaining({ code: 'restore-too-small' }));
  const into = plan(map, 500, { into: { offset: 50 * MIB, length: 120 * MIB } });
  expect(into.pieces).toEqual([{ from: 0, to: 50 * MIB, length: 100 * MIB }]);
  expect(into.table).toBe('none');
  expect(() => plan(map, 500, { into: { offset: 50 * MIB, length: 99 * MIB } })).toThrow(expect.objectContaining({ params: expect.objectContaining({ missing: MIB }) as unknown }));
  expect(() => plan(windows, 2000, { into: { offset: 0, length: 900 * MIB } })).toThrow(expect.objectContaining({ code: 'argument-invalid' }));
});

test('another sector size and a partition that is not there are refused', () => {
  expect(() => planRestore({ map: windows, selected: null, target: { size: 2000 * MIB, sectorSize: 4096 }, grow: false, newIdentifiers: false, rest: 'keep' })).toThrow(
    expect.objectContaining({ code: 'sector-size-mismatch' }),
  );
  expect(() => plan(windows, 1000, { selected: [9] })).toThrow(expect.objectContaining({ code: 'partition-not-found' }));
});

test('new identifiers are all new, and none is zero', () => {
  let made = 0;
  const guid = (): string => `${String(made++).padStart(8, '0')}-0000-4000-8000-000000000000`;
  const layout = plan(windows, 1000, { newIdentifiers: true, guid });
  expect(new Set([layout.diskId, ...layout.partitions.map((p) => p.id)]).size).toBe(5);
  made = 0;
  expect(plan(disk('mbr', 100, [partition(1, 1, 50)]), 100, { newIdentifiers: true, guid }).diskId).toBe('00000001');
});

test('whatever the sizes and the choice: pieces overlap nowhere, neither where they come from nor where they go', () => {
  const gpt = disk('gpt', 1000, [
    partition(1, 1, 100, { role: 'efi-system' }), partition(3, 120, 300, { role: 'os' }), partition(2, 430, 1, { role: 'microsoft-reserved' }), partition(4, 440, 200), partition(5, 700, 90, { role: 'recovery' }),
  ]);
  for (let bits = 1; bits < 32; bits++) {
    const selected = [1, 2, 3, 4, 5].filter((_, i) => (bits >> i) & 1);
    for (const size of [300, 500, 790, 1000, 1500]) {
      for (const grow of [false, true]) {
        let layout: RestoreLayout;
        try {
          layout = plan(gpt, size, { selected, grow });
        } catch {
          continue;
        }
        expect(layout.neededSize).toBeLessThanOrEqual(size * MIB);
        for (const key of ['from', 'to'] as const) {
          const sorted = [...layout.pieces].sort((a, b) => a[key] - b[key]);
          sorted.forEach((piece, i) => expect(piece[key] + piece.length, JSON.stringify({ selected, size, grow, key })).toBeLessThanOrEqual(sorted[i + 1]?.[key] ?? (key === 'to' ? size : 1000) * MIB));
        }
        for (const p of layout.partitions.filter((one) => !one.dropped)) {
          const covering = layout.pieces.filter((piece) => piece.from <= p.from && piece.from + piece.length >= p.from + p.length && piece.to - piece.from === p.to - p.from);
          expect(covering.length, JSON.stringify({ selected, size, grow, number: p.number })).toBe(1);
        }
      }
    }
  }
});
