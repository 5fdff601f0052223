import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FileHasher } from '../../../native-free-engine/media/file-hashes.ts';
import { need } from '../../support/need.ts';
import { labFolder } from '../lab.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

test('files hash the same however their bytes are cut, with gaps between them and empty ones among them', () => {
  fc.assert(fc.property(
    fc.array(fc.record({ gap: fc.nat(5), length: fc.nat(40) }), { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1 }), fc.nat(3),
    (files, cuts, rest) => {
      let offset = 0;
      const places = files.map(({ gap, length }, i) => {
        const place = { path: `f${i}`, offset: offset + gap, length };
        offset = place.offset + length;
        return place;
      });
      const medium = Uint8Array.from({ length: offset + rest }, (_, i) => (i * 37) & 0xff);
      const hasher = new FileHasher(places);
      for (let at = 0, turn = 0; at < medium.length; turn++) {
        const piece = medium.subarray(at, at + (cuts[turn % cuts.length] ?? 1));
        hasher.see(at, piece);
        at += piece.length;
      }
      const sums = places.map(({ path, offset: from, length }) => `${sha256(medium.subarray(from, from + length))}  ${path}\n`).join('');
      const list = places.map(({ path, offset: from, length }) => ({ path, size: length, sha256: sha256(medium.subarray(from, from + length)) }));
      expect(hasher.result()).toEqual({
        count: list.length, bytes: files.reduce((sum, { length }) => sum + length, 0), list, sums, sha256: sha256(sums),
      });
    },
  ));
});

need({ tools: ['sha256sum'] })('the list is what sha256sum writes and takes, whatever the names', () => {
  const folder = labFolder();
  const names = ['plain', 'with  spaces', 'Größe', 'back\\slash', 'new\nline', 'return\rhere', '\\n', '*star', ' leading'];
  const medium = Uint8Array.from(names, (_, i) => i);
  const hasher = new FileHasher(names.map((path, offset) => ({ path, offset, length: 1 })));
  hasher.see(0, medium);
  const { sums, sha256: digest } = hasher.result()!;
  for (const [i, name] of names.entries()) writeFileSync(join(folder, name), medium.subarray(i, i + 1));
  expect(execFileSync('sha256sum', ['--', ...names], { cwd: folder, encoding: 'utf8' })).toBe(sums);
  execFileSync('sha256sum', ['--check', '--strict', '--quiet'], { cwd: folder, input: sums });
  expect(sha256(sums)).toBe(digest);
});

test('a list too long is counted and hashed, and kept as text only; one whose bytes did not all go by is none', () => {
  const places = Array.from({ length: 5 }, (_, i) => ({ path: `f${i}`, offset: i * 4, length: 4 }));
  const whole = new FileHasher(places, 4);
  whole.see(0, new Uint8Array(20));
  const known = new FileHasher(places, 5);
  known.see(0, new Uint8Array(20));
  expect(whole.result()).toEqual({ ...known.result(), list: null });
  const cut = new FileHasher(places);
  cut.see(0, new Uint8Array(19));
  expect(cut.result()).toBeNull();
  const holed = new FileHasher(places);
  holed.see(0, new Uint8Array(6));
  holed.see(7, new Uint8Array(13));
  expect(holed.result()).toBeNull();
});
