import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

/** Without a Chromium there is no window to test: every test is then counted as left out. */
export const chromium = [process.env['WERKBANK_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));

export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '*.spec.ts',
  outputDir: 'test-results/e2e',
  // A window mostly waits for its program. Each spec has practice disks, settings and a lock of its own. One is enough beside the other tests (scripts/test.mjs).
  workers: process.env['WERKBANK_BESIDE'] ? 1 : 2,
  // For what hangs: a machine may be four times slower than the one at hand.
  timeout: 600_000,
  expect: { timeout: 180_000 },
  forbidOnly: true,
  reporter: [['dot'], ['json', { outputFile: 'test-results/playwright.json' }]],
  // Real Electron when it is asked for by WERKBANK_ELECTRON=1; else the stand-in.
  projects: chromium
    ? [{ name: 'together' }]
    : [{ name: 'none', grepInvert: /./ }],
});
