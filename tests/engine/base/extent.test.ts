import fc from 'fast-check';
import { expect, test } from 'vitest';
import { complement, intersect, normalize, subtract, totalLength, union, type Extent, type ExtentSet } from '../../../native-free-engine/index.ts';

const SIZE = 96;
const extents = fc.array(fc.record({ offset: fc.nat(SIZE - 1), length: fc.nat(20) }).map(({ offset, length }) => ({ offset, length: Math.min(length, SIZE - offset) })), { maxLength: 12 });

/** The oracle: one boolean a byte. */
const bitmap = (list: Iterable<Extent>): boolean[] => {
  const bits = new Array<boolean>(SIZE).fill(false);
  for (const { offset, length } of list) bits.fill(true, offset, offset + length);
  return bits;
};

const isNormal = (set: ExtentSet): boolean =>
  set.every((extent, i) => extent.length > 0 && (i === 0 || extent.offset > (set[i - 1]?.offset ?? 0) + (set[i - 1]?.length ?? 0)));

const holds = (set: ExtentSet, expected: boolean[]): void => {
  expect(isNormal(set)).toBe(true);
  expect(bitmap(set)).toEqual(expected);
  expect(totalLength(set)).toBe(expected.filter(Boolean).length);
};

test('the algebra of extents is that of a bitmap', () => {
  fc.assert(
    fc.property(extents, extents, (a, b) => {
      const [x, y] = [bitmap(a), bitmap(b)];
      const [p, q] = [normalize(a), normalize(b)];
      holds(p, x);
      holds(union(p, q), x.map((bit, i) => bit || y[i] === true));
      holds(intersect(p, q), x.map((bit, i) => bit && y[i] === true));
      holds(subtract(p, q), x.map((bit, i) => bit && y[i] !== true));
      holds(complement(p, SIZE), x.map((bit) => !bit));
    }),
    { numRuns: 1000 },
  );
});

test('a complement stops at the size it is asked for', () => {
  fc.assert(
    fc.property(extents, fc.nat(SIZE), (a, size) => {
      const expected = bitmap(a).map((bit, i) => !bit && i < size);
      holds(complement(normalize(a), size), expected);
    }),
  );
});
