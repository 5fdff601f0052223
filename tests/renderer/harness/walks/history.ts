import type { Walker } from './walker.ts';

/** Jobs of the past: found, read again, exported. */
export async function walkHistory({ page, at, reported }: Walker): Promise<void> {
  await page.locator('.header-history').click();
  await page.locator('.history-list').waitFor();
  await at('60-history');
  await page.locator('.history-tools input').fill('kingston');
  await page.locator('.history-list li').nth(1).waitFor({ state: 'detached' });
  await page.locator('.history-tools > .button').click();
  await page.getByRole('status').filter({ hasText: '/home/anna/tickets' }).waitFor();
  await at('61-history-search', 'part');
  await page.locator('.history-list button').click();
  await reported();
  await at('62-history-report');
  await page.keyboard.press('Escape');
  await page.locator('.history-tools input').fill('zzz');
  await page.locator('.empty').waitFor();
  await at('63-history-none', 'part');
}
