import { expect, test } from 'vitest';
import { reportSchema, type Report } from '../../src/contract/index.ts';
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
    expect(text).toContain('The disk reported a write error at byte 4096.');
    expect(text).toContain('Try another port once.');
    expect(text).toContain('linux.img was not written.');
  }
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
