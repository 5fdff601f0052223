import { fc } from './property.ts';
import { expect, test } from 'vitest';
import { classify, LARGE_DISK, score, STICK_SCORE, withImageOn } from '../../src/host/classify.ts';
import type { DiskFacts } from '../../src/host/facts.ts';
import { busSchema, reasonSchema, type Disk } from '../../src/contract/index.ts';
import en from '../../resources/locales/en/disks.json' with { type: 'json' };
import nl from '../../resources/locales/nl/disks.json' with { type: 'json' };
import { codes, stick } from './constructed.ts';

const known = { systemKnown: true };

test.each<[string, Partial<DiskFacts>, string, string[]]>([
  ['a stick', {}, 'writable', ['removable']],
  ['a stick that does not call itself removable', { removable: false }, 'writable', ['removable']],
  ['an SD card', { bus: 'sd' }, 'writable', ['removable']],
  ['a loop device', { bus: 'loop', removable: false, hotplug: false }, 'writable', ['loop']],
  ['a practice disk', { bus: 'file', practice: true, size: 1e12 }, 'writable', ['practice']],
  ['a USB hard disk', { size: 2e12, removable: false }, 'confirm', ['large']],
  ['exactly 128 GB', { size: LARGE_DISK }, 'writable', ['removable']],
  ['one sector more', { size: LARGE_DISK + 512 }, 'confirm', ['large']],
  ['a mounted stick', { uses: [{ kind: 'mounted', where: '/media/a' }] }, 'confirm', ['mounted']],
  ['an internal NVMe', { bus: 'nvme', removable: false, hotplug: false, size: 512e9 }, 'confirm', ['internal', 'large']],
  ['a small internal SATA disk', { bus: 'sata', removable: false, hotplug: false }, 'confirm', ['internal']],
  ['a SATA disk that only claims to be removable', { bus: 'sata', removable: true, hotplug: false, size: 240e9 }, 'confirm', ['internal', 'large']],
  ['soldered eMMC', { bus: 'sd', removable: false, soldered: true }, 'confirm', ['internal']],
  ['a disk on an unknown bus', { bus: 'unknown', removable: false, hotplug: false }, 'confirm', ['unknown-bus']],
  ['the system disk', { uses: [{ kind: 'system', where: '/' }] }, 'hidden', ['system']],
  ['a swap', { uses: [{ kind: 'swap', where: 'sdb2' }] }, 'hidden', ['swap']],
  ['a RAID member', { uses: [{ kind: 'raid', where: 'md0' }] }, 'hidden', ['raid']],
  ['an LVM member', { uses: [{ kind: 'lvm', where: 'dm-0' }] }, 'hidden', ['lvm']],
  ['an unlocked disk', { uses: [{ kind: 'encrypted-in-use', where: 'dm-1' }] }, 'hidden', ['encrypted-in-use']],
  ['a write-protected card', { bus: 'sd', readOnly: true }, 'hidden', ['read-only']],
  ['an empty card reader', { size: 0, medium: false }, 'hidden', ['no-medium']],
  ['a disk of no size', { size: 0, removable: false }, 'hidden', ['empty']],
  ['a DVD drive', { optical: true }, 'hidden', ['read-only']],
  ['a practice disk someone else has', { practice: true, bus: 'file', uses: [{ kind: 'in-use', where: 'loop0' }] }, 'hidden', ['in-use']],
])('%s', (_, change, kind, reasons) => {
  const verdict = classify({ ...stick, ...change }, known);
  expect([verdict.kind, codes(verdict)]).toEqual([kind, reasons]);
});

test('all reasons of the deciding kind are given, and only those', () => {
  const verdict = classify({ ...stick, readOnly: true, size: 2e12, uses: [{ kind: 'system', where: '/' }, { kind: 'system', where: '/boot' }, { kind: 'mounted', where: '/mnt' }] }, known);
  expect(verdict).toEqual({ kind: 'hidden', score: 0, reasons: [{ code: 'system', params: { where: '/, /boot' } }, { code: 'read-only', params: {} }] });
});

test('while the system disk is unknown, internal disks are hidden and the rest needs a confirmation', () => {
  const unknown = { systemKnown: false };
  expect(classify({ ...stick, bus: 'nvme', removable: false, hotplug: false }, unknown)).toMatchObject({ kind: 'hidden', reasons: [{ code: 'system-unknown' }] });
  expect(classify(stick, unknown)).toMatchObject({ kind: 'confirm', reasons: [{ code: 'system-unknown' }] });
  expect(classify({ ...stick, practice: true, bus: 'file' }, unknown).kind).toBe('writable');
});

const anyFacts = fc.record({
  bus: fc.constantFrom(...busSchema.options), removable: fc.boolean(), readOnly: fc.boolean(), hotplug: fc.boolean(), soldered: fc.boolean(), medium: fc.boolean(), optical: fc.boolean(),
  size: fc.oneof(fc.constant(0), fc.integer({ min: 512, max: 4e12 })),
  uses: fc.array(fc.record({ kind: fc.constantFrom('system', 'swap', 'raid', 'lvm', 'encrypted-in-use', 'in-use', 'mounted'), where: fc.string() }), { maxLength: 3 }),
}).map((change): DiskFacts => ({ ...stick, ...change }));

test('every disk gets a reason, a known one, and only what is like a stick is writable without a question', () => {
  fc.assert(fc.property(anyFacts, fc.boolean(), (facts, systemKnown) => {
    const verdict = classify(facts, { systemKnown });
    expect(verdict.reasons.length).toBeGreaterThan(0);
    for (const reason of verdict.reasons) reasonSchema.parse(reason);
    if (facts.uses.some((use) => use.kind !== 'mounted') || facts.readOnly || facts.size === 0) expect(verdict.kind).toBe('hidden');
    if (verdict.kind === 'writable') {
      expect(systemKnown).toBe(true);
      expect(score(facts)).toBeGreaterThanOrEqual(STICK_SCORE);
      expect(facts.size).toBeLessThanOrEqual(LARGE_DISK);
    }
  }));
});

test('the disk that holds the image is hidden, and keeps its other reasons', () => {
  const disk = (id: string, kind: 'writable' | 'hidden'): Disk => ({ ...stick, id, number: 0, verdict: { kind, score: 50, reasons: [{ code: kind === 'hidden' ? 'system' : 'removable', params: {} }] } });
  const [a, b, c] = withImageOn([disk('a', 'writable'), disk('b', 'writable'), disk('c', 'hidden')], ['a', 'c']);
  expect([a?.verdict.kind, codes(a?.verdict)]).toEqual(['hidden', ['holds-image']]);
  expect(b?.verdict.kind).toBe('writable');
  expect(codes(c?.verdict)).toEqual(['system', 'holds-image']);
});

test('every reason and every bus has its words in both languages', () => {
  const reasons = reasonSchema.shape.code.options;
  for (const texts of [en, nl]) {
    expect(Object.keys(texts.reason).sort()).toEqual([...reasons].sort());
    expect(Object.keys(texts.bus).sort()).toEqual([...busSchema.options].sort());
  }
});
