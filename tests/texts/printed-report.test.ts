import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from '@playwright/test';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Report } from '../../src/contract/index.ts';
import { reportHtml } from '../../src/jobs/report-html.ts';
import { findChromium } from '../electron-stand-in/chromium/find-chromium.ts';
import { need } from '../support/need.ts';
import { LONG_CAPTURE, LONG_RESTORE, LONG_STICK, LONG_WRITE, SHORT_FORMAT } from './long-reports.ts';

const test = need({ tools: ['chromium', 'pdfinfo', 'pdftotext'] });

let browser: Browser | undefined;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'werkbank-print-'));
  const executablePath = findChromium();
  if (executablePath !== null) browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

/** The report as the printing dialog makes it, in a file. */
async function printed(report: Report, language: 'en' | 'nl'): Promise<{ pages: number; size: string; text: string }> {
  const page = await browser!.newPage();
  await page.setContent(reportHtml(report, language));
  const path = join(folder, 'report.pdf');
  await writeFile(path, await page.pdf({ preferCSSPageSize: true }));
  await page.close();
  const info = execFileSync('pdfinfo', [path], { encoding: 'utf8' });
  return { pages: Number(/^Pages:\s+(\d+)/m.exec(info)?.[1]), size: /^Page size:\s+(.*)$/m.exec(info)?.[1] ?? '', text: execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' }) };
}

test.each([
  ['capture', LONG_CAPTURE, 2], ['restore', LONG_RESTORE, 2], ['write', LONG_WRITE, 2], ['Windows stick', LONG_STICK, 2], ['short', SHORT_FORMAT, 1],
] as const)('a report that is as long as it gets prints on two pages of A4 at most, a short one on one (%s)', async (_, report, most) => {
  // Dutch is the longer one; English is printed once more below.
  const { pages, size, text } = await printed(report, 'nl');
  expect(pages).toBe(most);
  expect(size).toContain('A4');
  expect(text).toContain(`Pagina 1 van ${most}`);
  expect(text).toContain('BALIE-02');
  // The last line of the report is on the paper: nothing was cut off.
  expect(text).toContain(report.jobId);
});

test('what paper has no room for is counted on it', async () => {
  const { text } = await printed(LONG_CAPTURE, 'nl');
  expect(text).toMatch(/en nog 30: die staan in dit verslag op het scherm/);
  const { text: english, pages } = await printed(LONG_CAPTURE, 'en');
  expect(pages).toBe(2);
  expect(english).toContain('Page 1 of 2');
  // Of the hundred places that the page lists, and one line for the rest, four are on paper.
  expect(english).toMatch(/and 97 more: they are in this report on the screen/);
  expect(english).toContain('Nothing is lost;');
});
