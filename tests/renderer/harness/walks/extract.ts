import { unfold } from '../../../support/disc-tree.ts';
import type { Walker } from './walker.ts';

/** An ISO is looked into, files are found and taken out. */
export async function walkExtract({ page, at, next, act, type, run, planned, running, reported }: Walker): Promise<void> {
  await page.locator('.big-job-extract').click();
  await at('130-extract-empty');
  await type('/srv/images/broken.iso');
  await page.getByRole('alert').waitFor();
  await at('131-extract-refused');
  await type('/srv/images/rescue-tools.iso');
  await page.locator('.image-card').waitFor();
  await at('132-extract-disc');
  await next();
  await page.getByRole('treegrid').waitFor();
  await at('133-extract-files');
  await page.locator('.choice').nth(1).click();
  const tree = page.getByRole('treegrid');
  await unfold(page, 'drivers', 'storage');
  await page.keyboard.press('Space');
  await at('134-extract-tree');
  await page.locator('.disc-browser input').first().fill('inf');
  await tree.getByRole('row', { name: 'e2f.inf' }).waitFor();
  await at('135-extract-found');
  await page.locator('.disc-browser input').first().fill('nowhere');
  await page.locator('.disc-empty').waitFor();
  await at('136-extract-no-hits', 'part');
  await page.locator('.disc-browser input').first().press('Escape');
  await tree.getByRole('row', { name: 'storage' }).waitFor();
  await next();
  await at('137-extract-destination-empty');
  await page.locator('.image-typed input').fill('/home/anna/exists');
  await at('138-extract-destination');
  await next();
  await page.getByRole('alert').waitFor();
  await page.locator('.panel-ask input').press('Space');
  await planned();
  await at('139-extract-plan');
  await act();
  await running();
  await run(0, 28);
  await at('140-extract-progress');
  await run(30, 70);
  await reported();
  await at('141-extract-report');
}
