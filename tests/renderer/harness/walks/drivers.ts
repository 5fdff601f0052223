import type { Walker } from './walker.ts';

/** A stick whose drivers have become old; once more, nothing is newer. */
export async function walkDrivers({ page, at, next, act, run, planned, running, reported, change }: Walker): Promise<void> {
  await page.locator('.big-job-drivers').click();
  await at('100-drivers-disk');
  await page.getByRole('radio', { name: /SanDisk/ }).press('Space');
  await next();
  await page.locator('textarea').first().fill('/srv/drivers');
  await page.locator('.driver-table').waitFor();
  await at('101-drivers-folders');
  await page.locator('.choice').nth(1).click();
  await page.locator('.driver-table').waitFor();
  await page.locator('.driver-choice').scrollIntoViewIfNeeded();
  await at('102-drivers-this-machine', 'part');
  await page.locator('.choice').nth(0).click();
  await page.locator('.driver-table').waitFor();
  await next();
  await planned();
  await at('103-drivers-plan');
  await page.locator('.fold-button').click();
  await page.locator('.fold-panel').scrollIntoViewIfNeeded();
  await at('104-drivers-plan-stays');
  await act();
  await running();
  await run(0, 28);
  await at('105-drivers-progress');
  await run(30, 70);
  await reported();
  await at('106-drivers-report');
  await page.locator('.wizard-footer .button-primary').click();
  await page.getByRole('radio', { name: /SanDisk/ }).press('Space');
  await change((harness) => {
    harness.upToDate = true;
  });
  await next();
  await page.locator('.driver-table').waitFor();
  await next();
  await page.locator('.notice-success').waitFor();
  await at('107-drivers-nothing');
}
