import type { Walker } from './walker.ts';

/** A practice disk read into an image: a job that goes on while the other wizards are walked through. */
export async function walkRead({ page, at, next, act, run, checked, planned, running }: Walker): Promise<void> {
  await page.locator('.big-job-read').click();
  await page.getByRole('radio', { name: /Oefening/ }).press('Space');
  await at('23-read-disk');
  await next();
  await page.locator('.image-choose').click();
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.image-typed input')?.value !== '');
  await at('24-read-destination');
  await next();
  await checked();
  await at('24-read-check');
  await next();
  await planned();
  await at('25-read-plan');
  await act();
  await running();
  await run(0, 65);
  await at('26-read-progress');
}
