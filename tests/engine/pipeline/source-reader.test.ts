import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalize, totalLength } from '../../../native-free-engine/base/extent.ts';
import { shareClusterMap } from '../../../native-free-engine/pipeline/imaging/cluster-map.ts';
import { SourceReader } from '../../../native-free-engine/pipeline/imaging/source-reader.ts';

const CLUSTER = 65_536;
const SIZE = 16 * CLUSTER;

const extents = (unit: number): fc.Arbitrary<{ offset: number; length: number }[]> =>
  fc.array(fc.record({ offset: fc.nat(SIZE / unit - 1), length: fc.integer({ min: 1, max: 40 }) }), { maxLength: 60 }).map((list) =>
    list.map(({ offset, length }) => ({ offset: offset * unit, length: Math.min(length * unit, SIZE - offset * unit) })),
  );

test.each([512, 4096])('reads what is used, in units of %i bytes, and zeros for the rest', (unit) => {
  const disk = Uint8Array.from({ length: SIZE }, (_, i) => (i % 255) + 1);
  fc.assert(
    fc.property(extents(unit), fc.integer({ min: 1, max: 4 }), (list, run) => {
      const used = normalize(list);
      const expected = new Uint8Array(SIZE);
      for (const { offset, length } of used) expected.set(disk.subarray(offset, offset + length), offset);
      const reader = new SourceReader(shareClusterMap(used, new Float64Array(0), CLUSTER, SIZE), (offset, buffer) => buffer.set(disk.subarray(offset, offset + buffer.length)));
      let counted = 0;
      for (let offset = 0; offset < SIZE; offset += run * CLUSTER) {
        const buffer = new Uint8Array(Math.min(run * CLUSTER, SIZE - offset)).fill(0xee);
        counted += reader.read(offset, buffer);
        expect(Buffer.from(buffer).equals(expected.subarray(offset, offset + buffer.length))).toBe(true);
      }
      expect(counted).toBe(totalLength(used));
    }),
    { numRuns: 300 },
  );
});

test('reads hardly more than is used, however torn the disk is', () => {
  const used = normalize(Array.from({ length: 2000 }, (_, i) => ({ offset: i * 16_384, length: 4096 + (i % 3) * 4096 })));
  const size = 2000 * 16_384;
  let asked = 0;
  const reader = new SourceReader(shareClusterMap(used, new Float64Array(0), CLUSTER, size), (_offset, buffer) => (asked += buffer.length));
  for (let offset = 0; offset < size; offset += 4 * CLUSTER) reader.read(offset, new Uint8Array(4 * CLUSTER));
  expect(asked).toBe(reader.bytesRead);
  expect(asked / totalLength(used)).toBeGreaterThanOrEqual(1);
  expect(asked / totalLength(used)).toBeLessThanOrEqual(1.02);
});
