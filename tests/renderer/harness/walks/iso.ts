import type { Walker } from './walker.ts';

/** A folder becomes an ISO that starts machines; what is there already is replaced only when that is said. */
export async function walkIso({ page, at, next, act, type, run, planned, running, reported }: Walker): Promise<void> {
  await page.locator('.big-job-iso').click();
  await at('110-iso-empty');
  await type('/srv/missing');
  await page.getByRole('alert').waitFor();
  await at('111-iso-missing');
  await type('/srv/bench-tools');
  await page.locator('.image-card').waitFor();
  await at('112-iso-folder');
  await next();
  await at('113-iso-boot');
  await page.locator('.wizard-content').evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await page.locator('.fold-button').click();
  await page.locator('.fold-panel').scrollIntoViewIfNeeded();
  await at('114-iso-boot-more');
  await page.locator('#boot-bios ~ * .choice').nth(1).click();
  await page.locator('#boot-bios').scrollIntoViewIfNeeded();
  await at('115-iso-boot-file');
  await page.locator('#boot-bios ~ * .choice').nth(0).click();
  await next();
  await at('116-iso-destination-empty');
  await page.locator('.image-typed input').fill('/srv/images/exists.iso');
  await at('117-iso-destination');
  await next();
  await page.getByRole('alert').waitFor();
  await at('118-iso-exists');
  await page.locator('.panel-ask input').press('Space');
  await planned();
  await at('119-iso-plan');
  await act();
  await running();
  await run(0, 28);
  await at('120-iso-progress');
  await run(30, 70);
  await reported();
  await at('121-iso-report');
}
