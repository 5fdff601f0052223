import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobProgress, Partition } from '../../src/contract/index.ts';
import { readTypedChecksum } from '../../src/renderer/formatting/checksum.ts';
import { addSample, bandsOf, niceCeiling, type Sample } from '../../src/renderer/formatting/curve.ts';
import { formatBytes, formatDuration, formatExactBytes, formatList, formatPercent, formatSpeed, roundEstimate } from '../../src/renderer/formatting/numbers.ts';
import { segmentsOf } from '../../src/renderer/formatting/segments.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('sizes in the units printed on sticks', () => {
  expect(plain(formatBytes('en', 31_914_983_424))).toBe('31.9 GB');
  expect(plain(formatBytes('nl', 31_914_983_424))).toBe('31,9 GB');
  expect(plain(formatBytes('en', 1_000_204_886_016))).toBe('1 TB');
  expect(plain(formatBytes('en', 999_950_000))).toBe('1 GB');
  expect(plain(formatBytes('en', 512))).toBe('512 bytes');
  expect(plain(formatExactBytes('nl', 31_914_983_424))).toBe('31.914.983.424 bytes');
  expect(plain(formatExactBytes('en', 1))).toBe('1 byte');
});

test('a size never reads 1,000 of a unit that has a larger one', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 9e14 }), (bytes) => {
    expect(plain(formatBytes('en', bytes))).not.toMatch(/^1,000 [kMG]B/);
  }));
});

test('speeds, percents, durations and lists in both languages', () => {
  expect(plain(formatSpeed('en', 45_200_000))).toBe('45.2 MB/s');
  expect(plain(formatSpeed('nl', 45_200_000))).toBe('45,2 MB/s');
  expect(plain(formatSpeed('en', 0))).toBe('0.0 kB/s');
  expect(plain(formatSpeed('en', 128_400_000))).toBe('128 MB/s');
  expect(plain(formatPercent('en', 0.9999))).toBe('99%');
  expect(plain(formatPercent('en', 1.2))).toBe('100%');
  expect(plain(formatDuration('en', 130))).toBe('2 min 10 sec');
  expect(plain(formatDuration('nl', 3900))).toBe('1 uur 5 min');
  expect(plain(formatDuration('en', 3600))).toBe('1 hr');
  expect(formatList('nl', ['a', 'b', 'c'])).toBe('a, b en c');
});

test('an estimate is rounded up to what it can promise', () => {
  expect([0.2, 31, 125, 700].map(roundEstimate)).toEqual([1, 35, 130, 720]);
});

test('typed checksums are told by prefix and length', () => {
  const sha256 = 'ab'.repeat(32);
  expect(readTypedChecksum('  ')).toEqual({ kind: 'empty' });
  expect(readTypedChecksum(sha256.toUpperCase())).toEqual({ kind: 'valid', algorithm: 'sha256', hex: sha256 });
  expect(readTypedChecksum(`SHA-256: ${sha256}`)).toEqual({ kind: 'valid', algorithm: 'sha256', hex: sha256 });
  expect(readTypedChecksum('0'.repeat(40))).toMatchObject({ algorithm: 'sha1' });
  expect(readTypedChecksum(`md5=${'0'.repeat(32)}`)).toMatchObject({ algorithm: 'md5' });
  expect(readTypedChecksum(`md5:${sha256}`).kind).toBe('invalid');
  expect(readTypedChecksum('zz'.repeat(32)).kind).toBe('invalid');
  expect(readTypedChecksum('abc')).toEqual({ kind: 'invalid', digits: 3 });
});

const partition = (offset: number, length: number, role: Partition['role'] = 'data'): Partition => ({
  number: 1, offset, length, type: '', name: '', role, fileSystem: null, mountPoints: [], usedBytes: length / 2, active: false,
});

test('a disk is drawn in order, with its free space, without the box of an extended partition', () => {
  const segments = segmentsOf(1000, [partition(500, 400), partition(100, 200), partition(500, 500, 'extended')]);
  expect(segments.map(({ partition: found, share }) => [found?.offset ?? 'free', share])).toEqual([['free', 0.1], [100, 0.2], ['free', 0.2], [500, 0.4], ['free', 0.1]]);
  expect(segments[1]?.used).toBe(0.5);
});

test('whatever a hostile table says, no share, nor all free space together, is above the whole disk', () => {
  const any = fc.array(fc.record({ offset: fc.nat(3000), length: fc.nat(3000) }), { maxLength: 12 });
  fc.assert(fc.property(any, (extents) => {
    const segments = segmentsOf(1000, extents.map(({ offset, length }) => partition(offset, length)));
    expect(segments.every(({ share, used }) => share >= 0 && share <= 1 && (used === null || (used >= 0 && used <= 1)))).toBe(true);
    const free = segments.filter((segment) => segment.partition === null).reduce((sum, segment) => sum + segment.share, 0);
    expect(free).toBeLessThanOrEqual(1.0001);
  }));
});

const progress = (elapsedSeconds: number, phase: JobProgress['phase'] = 'writing'): JobProgress => ({
  jobId: 'a', phase, fraction: 0.5, bytesDone: 1, bytesTotal: 2, speed: 10, etaSeconds: 1, elapsedSeconds, bottleneck: null, targets: [], stored: null, retrying: false, badBytes: 0, stalledSeconds: 0, events: [],
});

test('the curve takes two points a second, at once when the phase changes, and none from the past', () => {
  let curve: readonly Sample[] = [];
  for (let tick = 0; tick < 20; tick += 1) curve = addSample(curve, progress(tick / 10));
  expect(curve).toHaveLength(4);
  const same = addSample(curve, progress(1.6));
  expect(same).toBe(curve);
  expect(addSample(curve, progress(1.7, 'verifying'))).toHaveLength(5);
  expect(addSample(curve, progress(0.1, 'verifying'))).toBe(curve);
});

test('a day of progress stays a few hundred points', () => {
  let curve: readonly Sample[] = [];
  for (let second = 0; second < 86_400; second += 5) curve = addSample(curve, progress(second, second < 40_000 ? 'writing' : 'verifying'));
  expect(curve.length).toBeLessThanOrEqual(360);
  expect(curve.length).toBeGreaterThan(100);
  expect(curve.at(-1)?.seconds).toBeGreaterThan(86_000);
});

test('one band a phase, touching, within the box', () => {
  const samples: Sample[] = [{ seconds: 1, speed: 40, phase: 'writing' }, { seconds: 20, speed: 80, phase: 'writing' }, { seconds: 40, speed: 120, phase: 'verifying' }];
  const { bands, top, seconds } = bandsOf(samples, 600, 100);
  expect({ top, seconds }).toEqual({ top: 200, seconds: 40 });
  expect(bands.map(({ phase, from, to }) => [phase, from, to])).toEqual([['writing', 0.025, 0.5], ['verifying', 0.5, 1]]);
  expect(bands[0]?.line).toBe('M15.0 80.0L300.0 60.0');
  expect(niceCeiling(128e6)).toBe(200e6);
});
