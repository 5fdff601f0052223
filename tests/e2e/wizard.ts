import type { Page } from '@playwright/test';

/** Steps of the wizards by what they are, not by what they say: they work in both languages. */

export type Job = 'capture' | 'restore' | 'library' | 'write' | 'format' | 'read';

export const begin = (page: Page, job: Job): Promise<void> => page.locator(`.big-job-${job}`).click();

/** Types where the image is and waits until it has been looked at. */
export async function lookAt(page: Page, location: string): Promise<void> {
  await page.locator('.image-typed input').fill(location);
  await page.keyboard.press('Enter');
  await page.locator('.image-card').waitFor();
}

export const next = (page: Page): Promise<void> => page.locator('.wizard-footer .button-primary').click();

/** Ticks a disk by a part of its row's words. */
export const choose = (page: Page, disk: string): Promise<void> => page.locator('.disk-choice').filter({ hasText: disk }).locator('input').press('Space');

/** Waits for the plan, agrees to whatever it asks, and starts it. */
export async function agreeAndStart(page: Page): Promise<void> {
  await page.locator('.plan-steps').waitFor();
  for (const box of await page.locator('.confirmation:not([data-selected])').getByRole('checkbox').all()) await box.press('Space');
  await page.locator('.wizard-footer [data-act]').click();
}

/** From the home screen to the running job. */
export async function startWriting(page: Page, image: string, disks: readonly string[], checksum = ''): Promise<void> {
  await begin(page, 'write');
  await lookAt(page, image);
  if (checksum) await page.locator('.checksum input').fill(checksum);
  await next(page);
  for (const disk of disks) await choose(page, disk);
  await next(page);
  await agreeAndStart(page);
}

export const reportShown = (page: Page): Promise<void> => page.locator('.outcome').waitFor({ timeout: 90_000 });
