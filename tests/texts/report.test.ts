import { expect, test } from 'vitest';
import { reportSchema, type ImagingOutcome, type Plan, type Report, type WritePlan } from '../../src/contract/index.ts';
import { reportHtml } from '../../src/jobs/report-html.ts';
import { reportText } from '../../src/jobs/report-text.ts';

const HEX = '9f2c'.repeat(16);

function sampleReport(change: Partial<Report> = {}): Report {
  const identity = { id: '/dev/sdx', path: '/dev/sdx', model: 'SanDisk <Ultra>', serial: '4C53"\'&', size: 15_728_640_000, bus: 'usb' as const, tableHash: null };
  return reportSchema.parse({
    jobId: 'job-1', program: 'Werkbank', version: '0.1.0', host: { name: 'bench', system: 'Linux', release: '6.12' },
    startedAt: '2026-03-01T09:00:00.000Z', endedAt: '2026-03-01T09:02:00.000Z', elapsedSeconds: 120,
    plan: {
      kind: 'write', id: 'plan-1', createdAt: '2026-03-01T09:00:00.000Z', steps: [{ code: 'write', params: { disk: 'SanDisk <Ultra>' } }],
      image: {
        location: '/images/linux.img', name: 'linux.img', chain: ['xz'], size: 2_000_000_000, storedSize: 900_000_000, kind: 'disk', table: 'gpt',
        partitions: [], label: '', mappedBytes: null, expected: [],
      },
      expected: { algorithm: 'sha256', hex: HEX, from: null },
      disks: [{
        identity, number: 3, practice: false, confirm: [], systemDiskAllowed: false,
        loses: [{
          number: 1, offset: 0, length: 15_000_000_000, type: '0x0C', name: '', role: 'data', mountPoints: [], usedBytes: 12, active: false,
          fileSystem: { kind: 'fat32', label: '<script>alert(1)</script>\u202e\u001b[2J', uuid: '' },
        }],
      }],
      verify: true, eject: true,
    },
    outcome: 'done', error: null, checksums: [{ algorithm: 'sha256', hex: HEX, from: null }], expectedMatched: true,
    targets: [{
      disk: '/dev/sdx', number: 3, model: identity.model, serial: identity.serial, size: identity.size, outcome: 'verified', error: null,
      bytesWritten: 2_000_000_000, bytesSkipped: 0, bytesVerified: 2_000_000_000, writeSeconds: 80, verifySeconds: 40, sha256: HEX, ejected: true, notes: [],
    }],
    imaging: null,
    speedCurve: [{ seconds: 0, speed: 1e6, phase: 'writing' }, { seconds: 60, speed: 25e6, phase: 'writing' }, { seconds: 120, speed: 50e6, phase: 'verifying' }],
    ...change,
  });
}

/** Every tag and attribute name in a page. */
const tagsOf = (page: string): Set<string> => new Set([...page.matchAll(/<([a-z0-9]+)/gi)].map((match) => (match[1] ?? '').toLowerCase()));

test('nothing from a disk becomes markup', () => {
  const page = reportHtml(sampleReport(), 'en');
  expect(tagsOf(page).has('script')).toBe(false);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;\ufffd\ufffd[2J');
  expect(page).toContain('SanDisk &lt;Ultra&gt;');
  expect(page).toContain('4C53&quot;&#39;&amp;');
  expect(page).not.toMatch(/[\u202e\u001b]/);
});

test('the page needs nothing from elsewhere', () => {
  const page = reportHtml(sampleReport(), 'en');
  expect(page).not.toMatch(/\b(?:src|href)=|url\(|@import/);
  expect(page).toContain("default-src 'none'");
  expect(Buffer.byteLength(page)).toBeLessThan(100_000);
});

test.each([
  ['en', 'linux.img was written to SanDisk &lt;Ultra&gt; (15.7 GB) and verified.', 'as expected'],
  ['nl', 'linux.img is naar SanDisk &lt;Ultra&gt; (15,7 GB) geschreven en geverifieerd.', 'zoals verwacht'],
] as const)('says how it ended, with checksum and speeds (%s)', (language, sentence, expected) => {
  const page = reportHtml(sampleReport(), language);
  expect(page).toContain(`<html lang="${language}">`);
  expect(page).toContain(sentence);
  expect(page).toContain(HEX);
  expect(page).toContain(expected);
  expect(page).toContain('25 MB/s');
  expect(page).toContain('<svg');
});

test('a failed disk comes with its remedy, in page and text', () => {
  const report = sampleReport({ outcome: 'failed' });
  const target = report.targets[0]!;
  const error = { code: 'target-write-failed', params: { offset: 4096 }, retryable: true, place: null, detail: 'EIO' };
  const failed = { ...report, targets: [{ ...target, outcome: 'failed' as const, error }] };
  for (const text of [reportHtml(failed, 'en'), reportText(failed, 'en')]) {
    expect(text).toContain('The disk reported a write error at byte 4,096.');
    expect(text).toContain('Try another port once.');
    expect(text).toContain('linux.img was not written.');
  }
});

test('a report tells the remedy where it is read: a command in the terminal, what the window has in the window', () => {
  const failed = { ...sampleReport({ outcome: 'failed' }), error: { code: 'disk-not-found', params: { disk: '3' }, retryable: false, place: null, detail: '' } };
  expect(reportHtml(failed, 'en')).toContain('werkbank disks');
  expect(reportHtml(failed, 'en', 'window')).not.toContain('werkbank disks');
  expect(reportHtml(failed, 'nl', 'window')).toContain('kies hem opnieuw');
  const plain = { ...failed, error: { ...failed.error, code: 'target-write-failed', params: { offset: 4096 } } };
  expect(reportHtml(plain, 'en', 'window')).toContain('Try another port once.');
});

test('checksums of the stored file and of the image are told apart', () => {
  const report = sampleReport({ checksums: [{ algorithm: 'sha256', hex: 'ab'.repeat(32), from: null }, { algorithm: 'sha256', hex: HEX, from: '/images/linux.img.xz' }] });
  const text = reportText(report, 'en');
  expect(text).toContain(`${'ab'.repeat(32)} (of the image itself)`);
  expect(text).toContain(`${HEX} (of the file as it was stored, as expected)`);
});

test('a job with nothing to draw or compare makes a page all the same', () => {
  const page = reportHtml(sampleReport({ outcome: 'cancelled', targets: [], checksums: [], speedCurve: [], expectedMatched: null }), 'nl');
  expect(page).toContain('afgebroken');
  expect(page).not.toContain('<svg');
  expect(page).not.toContain('NaN');
});

const imaging: ImagingOutcome = {
  imageId: '11111111-2222-4333-8444-555555555555', path: '/images/<office>.qcow2', manifestSha256: HEX, usedBytes: 2_000_000_000, storedBytes: 900_000_000, chain: ['/images/monday.qcow2'],
  bad: { bytes: 1536, count: 3, places: [{ offset: 4096, length: 512, partition: 2, files: ['/Users/<b>anna</b>/letter\u001b[2J.txt'] }, { offset: 8192, length: 1024, partition: null, files: [] }] },
  overridden: [{ code: 'hibernated', partitions: [2, 3] }], leftOut: [{ partition: 2, name: 'pagefile.sys', bytes: 4_000_000_000 }], identifiers: 'new',
  grown: [{ disk: '/dev/sdx', partition: 3, from: 1_000_000_000, to: 2_000_000_000, fileSystem: false }],
  verified: { clusters: 100, checked: 25, damaged: [{ offset: 0, length: 262_144 }] }, resumed: true, notes: [{ code: 'image-was-dirty', params: { number: 2, condition: 'dirty' } }],
};

test.each([
  ['en', ['45 % of what is in use', 'hibernated: Windows sleeps in it', 'pagefile.sys on partition 2', 'its file system keeps its size', '25 of 100 blocks, 1 damaged place', 'no file known', 'and 1 more place', 'went on from']],
  ['nl', ['45 % van wat in gebruik is', 'in sluimerstand: Windows slaapt erin', 'pagefile.sys op partitie 2', 'houdt zijn grootte', '25 van 100 blokken, 1 beschadigde', 'geen bestand bekend', 'en nog 1 plaats', 'ging verder']],
] as const)('an image is told all about, and none of it becomes markup or moves the cursor (%s)', (language, words) => {
  const report = sampleReport({ imaging });
  const page = reportHtml(report, language);
  const text = reportText(report, language);
  for (const word of words) expect(page).toContain(word);
  for (const word of words.slice(1)) expect(text).toContain(word);
  expect(page).toContain('/images/&lt;office&gt;.qcow2');
  expect(page).toContain('&lt;b&gt;anna&lt;/b&gt;');
  expect(tagsOf(page).has('b')).toBe(false);
  expect(page).not.toMatch(/\u001b/);
  expect(page + text).not.toMatch(/\{\{|report:|jobs:/);
});

test('an image of which a part was checked is not called good as a whole', () => {
  const plan = (share: number): Plan => ({ kind: 'verify', image: { name: 'a.qcow2' }, share }) as unknown as Plan;
  const first = (share: number, language: 'en' | 'nl'): string => reportText({ ...sampleReport({ imaging }), plan: plan(share), targets: [] }, language).split('\n')[0] ?? '';
  expect(first(1, 'en')).toMatch(/^a\.qcow2 is what was captured\./);
  expect(first(0.125, 'en')).toMatch(/^What was checked of a\.qcow2 is what was captured: 12\.5 % of it/);
  expect(first(0.125, 'nl')).toMatch(/12,5 % ervan/);
});

test.each(['capture', 'restore', 'verify', 'convert'] as const)('every way a job of kind %s can end has a sentence in both languages', (kind) => {
  for (const language of ['en', 'nl'] as const) {
    for (const outcome of ['done', 'partly', 'failed', 'cancelled', 'unknown'] as const) {
      const plan = { ...sampleReport().plan, kind, number: 1, disk: sampleReport().plan.kind === 'write' ? (sampleReport().plan as WritePlan).disks[0]!.identity : null, destination: '/images/a.qcow2', notes: [] } as unknown as Plan;
      const text = reportText({ ...sampleReport({ outcome, imaging }), plan }, language);
      expect(text, `${kind} ${outcome}`).not.toMatch(/headline|\{\{/);
    }
  }
});
