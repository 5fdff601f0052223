import { expect, type Page } from '@playwright/test';
import type { RunningProgram } from './window.ts';

/** Steps of the wizards by what they are, not by what they say: they work in both languages. */

export type Job = 'capture' | 'restore' | 'library' | 'write' | 'windows-stick' | 'format' | 'read' | 'iso' | 'extract';

export const begin = (page: Page, job: Job): Promise<void> => page.locator(`.big-job-${job}`).click();

/** Types where the image is and waits until it has been looked at. */
export async function lookAt(page: Page, location: string): Promise<void> {
  await page.locator('.image-typed input').fill(location);
  await page.keyboard.press('Enter');
  await page.locator('.image-card').waitFor();
}

export const next = (page: Page): Promise<void> => page.locator('.wizard-footer .button-primary').click();

/** Ticks a practice disk by its name, any other by its path: this machine may have disks of the same name. */
export const choose = (page: Page, disk: string): Promise<void> =>
  page.locator(disk.startsWith('/') ? '.disk-choice' : '.disk-choice:has(.badge-practice)').filter({ hasText: disk }).locator('input').press('Space');

/** Waits until all checks have answered, accepts what they warn of, and goes on to the plan. */
export async function passChecks(page: Page): Promise<void> {
  await page.locator('.check-summary .verdict-mark').waitFor();
  for (const box of await page.locator('.check-accept:not([data-selected])').getByRole('checkbox').all()) await box.press('Space');
  await next(page);
}

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
  await passChecks(page);
  await agreeAndStart(page);
}

/** From the home screen to the report of a finished capture: all of a disk, into a folder that becomes the first of the library. */
export async function captureInWindow(program: RunningProgram, disk: string, folder: string, name: string): Promise<void> {
  const { page } = program;
  await begin(page, 'capture');
  await choose(page, disk);
  await next(page);
  await expect(page.locator('.partition-line').first()).toBeVisible();
  await next(page);
  await program.chooses(folder);
  await page.locator('.empty .button-primary').click();
  const nameField = page.locator('.field input.mono');
  await expect(nameField).not.toHaveValue('');
  await nameField.fill(name);
  await next(page);
  await passChecks(page);
  await agreeAndStart(page);
  await reportShown(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The image is made');
}

/** From wherever the window is to the report of a finished restore: the library's first image, all of it, to one disk. */
export async function restoreInWindow({ page }: RunningProgram, disk: string): Promise<void> {
  await page.locator('.header-home').click();
  await begin(page, 'restore');
  await page.locator('.library-pick button').first().click();
  await page.locator('.image-card').waitFor();
  await next(page);
  await next(page);
  await choose(page, disk);
  await next(page);
  await passChecks(page);
  await agreeAndStart(page);
  await reportShown(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Restored and verified');
}

export const reportShown = (page: Page): Promise<void> => page.locator('.outcome').waitFor();
