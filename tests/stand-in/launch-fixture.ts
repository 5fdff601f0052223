import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { onTestFinished } from 'vitest';

export const standIn = join(import.meta.dirname, '..', 'electron-stand-in');
export const fixture = join(import.meta.dirname, 'fixture', 'app');

// Playwright asks npm's `electron` for the executable, and that looks here.
process.env['ELECTRON_OVERRIDE_DIST_PATH'] = standIn;

/** For what hangs: on a busy machine half a minute is not long. */
const PATIENCE_MS = 300_000;

export interface Running {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** What the fixture has noted, oldest first. */
  readonly log: () => Promise<string[]>;
}

/** A new empty folder, removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-test-'));
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true, maxRetries: 3 }); });
  return folder;
}

/** Starts the fixture with a userData folder of its own and waits for its page; closed after the test. */
export async function launchFixture(env: Record<string, string> = {}, userData = temporaryFolder()): Promise<Running> {
  const app = await _electron.launch({
    args: [fixture, `--user-data-dir=${userData}`],
    timeout: PATIENCE_MS,
    env: { ...process.env as Record<string, string>, LANG: 'nl_NL.UTF-8', LANGUAGE: '', LC_ALL: '', ...env },
    // The page's colours are the program's to choose.
    colorScheme: 'no-override' as never,
  });
  onTestFinished(async () => {
    await app.evaluate(({ app: running }) => { running.exit(0); }).catch(() => undefined);
    await app.close().catch(() => undefined);
  });
  app.context().setDefaultTimeout(PATIENCE_MS);
  const page = await app.firstWindow();
  await page.waitForFunction(() => 'heard' in globalThis);
  return { app, page, log: () => app.evaluate(() => (globalThis as unknown as { log: string[] }).log) };
}
