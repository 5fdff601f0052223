import type { Walker } from './walker.ts';

/** An image put back on a larger disk. */
export async function walkRestore({ page, at, next, act, run, checked, planned, running, reported }: Walker): Promise<void> {
  await page.locator('.big-job-restore').click();
  await page.locator('.library-pick').waitFor();
  await at('50-restore-image');
  await page.locator('.image-typed input').fill('/srv/images/orphan.qcow2');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await at('51-restore-parent-missing');
  await page.locator('.image-typed input').fill('');
  await page.locator('.library-pick button').first().click();
  await page.locator('.image-card').waitFor();
  await at('52-restore-card');
  await next();
  await at('53-restore-partitions');
  await next();
  await page.getByRole('checkbox', { name: /WDC/ }).press('Space');
  await at('54-restore-disks');
  await next();
  await checked();
  await at('54-restore-check');
  await next();
  await planned();
  await page.locator('.options input').first().press('Space');
  await page.locator('.layout-marks').waitFor();
  await at('55-restore-plan');
  await page.locator('.options .fold-button').click();
  await page.locator('.options').scrollIntoViewIfNeeded();
  await at('56-restore-options');
  for (const box of await page.locator('.confirmation input').all()) await box.press('Space');
  await act();
  await running();
  await run(0, 30);
  await at('57-restore-progress');
  await run(35, 70);
  await reported();
  await at('58-restore-report');
}
