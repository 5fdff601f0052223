import type { Walker } from './walker.ts';

/** A stick made usable again. */
export async function walkFormat({ page, at, next, checked, planned }: Walker): Promise<void> {
  await page.locator('.big-job-format').click();
  await page.getByRole('radio', { name: /Kingston/ }).press('Space');
  await at('20-format-disk');
  await next();
  await at('21-format');
  await next();
  await checked();
  await at('21-format-check');
  await next();
  await planned();
  await at('22-format-plan');
}
