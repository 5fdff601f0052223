import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

/** Without a Chromium there is no window to test: every test is then counted as left out. */
export const chromium = [process.env['WERKBANK_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));

export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '*.spec.ts',
  outputDir: 'test-results/e2e',
  workers: 1,
  timeout: 120_000,
  forbidOnly: true,
  reporter: [['dot'], ['json', { outputFile: 'test-results/playwright.json' }]],
  // Real Electron when it is asked for by WERKBANK_ELECTRON=1; else the stand-in.
  ...(chromium ? {} : { grepInvert: /./ }),
});
