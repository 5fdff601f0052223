import { expect, test } from 'vitest';
import { endOf, normalize, subtract, totalLength, type ExtentSet } from '../../../native-free-engine/base/extent.ts';
import type { RestoreLayout } from '../../../native-free-engine/index.ts';
import { itemsBefore, itemsFor, itemStart, movesFor, omittedFrom, restOf } from '../../../native-free-engine/pipeline/imaging/restore-work.ts';
import { seeded } from '../../support/seeded.ts';

const MIB = 1024 * 1024;
const SIZE = 64 * MIB;
const UNIT = MIB;

/** Pieces in any order on the target, some of the image left out. */
function randomLayout(random: ReturnType<typeof seeded>): RestoreLayout {
  const slots = Array.from({ length: 16 }, (_, i) => i).sort(() => random.next() - 0.5);
  const pieces = slots.flatMap((slot, i) => (random.below(5) === 0 ? [] : [{ from: i * 4 * MIB, to: slot * 4 * MIB, length: 512 * (1 + random.below(8192)) }]));
  return { region: { offset: 0, length: SIZE }, sectorSize: 512, pieces, table: 'none', diskId: '', newIdentifiers: false, partitions: [], packed: false, rest: 'keep', bytesToWrite: 0, neededSize: 0 };
}

const randomUsed = (random: ReturnType<typeof seeded>): ExtentSet =>
  normalize(Array.from({ length: 200 }, () => ({ offset: random.below(SIZE - 3 * MIB), length: 1 + random.below(random.below(5) === 0 ? 3 * MIB : 9000) })));

test('every used byte of every piece is moved once, to where its piece goes; nothing comes to lie on anything else', () => {
  const random = seeded(21);
  for (let round = 0; round < 30; round++) {
    const [layout, used] = [randomLayout(random), randomUsed(random)];
    const { body, head, bodyBytes } = movesFor(used, layout, SIZE);
    const moves = [...head, ...Array.from(body.from, (from, i) => ({ from, to: body.to[i]!, length: body.length[i]! }))];
    const from = normalize(moves.map((move) => ({ offset: move.from, length: move.length })));
    const to = normalize(moves.map((move) => ({ offset: move.to, length: move.length })));
    expect(totalLength(to)).toBe(moves.reduce((sum, move) => sum + move.length, 0));
    const wanted = layout.pieces.flatMap((piece) => used.map((e) => ({ offset: Math.max(e.offset, piece.from), length: Math.min(endOf(e), piece.from + piece.length) - Math.max(e.offset, piece.from) })));
    expect(subtract(normalize(wanted), from)).toEqual([]);
    for (const move of moves) expect(layout.pieces.some((p) => move.from >= p.from && move.from + move.length <= p.from + p.length && move.to - move.from === p.to - p.from)).toBe(true);
    expect(head.every((move) => move.to + move.length <= MIB)).toBe(true);
    expect(body.to.every((offset) => offset >= MIB)).toBe(true);
    expect(bodyBytes).toBe(body.length.reduce((sum, length) => sum + length, 0));
    const rest = restOf(layout.region, body);
    expect(normalize([...rest, { offset: 0, length: MIB }, ...Array.from(body.to, (offset, i) => ({ offset, length: body.length[i]! }))])).toEqual([{ offset: 0, length: SIZE }]);
    const moved = normalize(Array.from(body.from, (offset, i) => ({ offset, length: body.length[i]! })));
    expect(omittedFrom(used, body)).toEqual(subtract(used, moved));
  }
});

test('the pieces of work of one target or several are those that anything is moved from, in order', () => {
  const random = seeded(22);
  for (let round = 0; round < 30; round++) {
    const bodies = Array.from({ length: 1 + random.below(3) }, () => movesFor(randomUsed(random), randomLayout(random), SIZE).body);
    const touched = new Set<number>();
    for (const body of bodies) body.from.forEach((from, i) => {
      for (let item = Math.floor(from / UNIT); item * UNIT < from + body.length[i]!; item++) touched.add(item * UNIT);
    });
    const expected = [...touched].sort((a, b) => a - b);
    const items = itemsFor(bodies, UNIT);
    expect(Array.from({ length: items.count }, (_, i) => itemStart(items, i))).toEqual(expected);
    for (const offset of [0, 1, 5 * UNIT, 5 * UNIT + 1, SIZE]) expect(itemsBefore(items, offset)).toBe(expected.filter((start) => start < offset).length);
  }
});
