import { join } from 'node:path';
import { serveSlowly } from '../labs/slow-server.ts';
import type { RunningProgram } from './window.ts';
import { agreeAndStart, begin, choose, lookAt, next, passChecks, reportShown } from './wizard.ts';

/** Goes through every step of every wizard of the running program, with its practice disks "Stick" and "Small", and calls `at` on each. */
export async function walkProgram(program: RunningProgram, image: string, at: (step: string) => Promise<void>): Promise<void> {
  const { page, folder } = program;
  const server = await serveSlowly(image, 4 << 20);
  const home = () => page.locator('.header-home').click();
  try {
    await page.locator('.bench-disk').first().waitFor();
    await at('home');
    await begin(page, 'write');
    await at('image empty');
    await page.locator('.image-typed input').fill(join(folder, 'missing.img'));
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await at('image missing');
    await lookAt(page, server.url);
    await at('image');
    await next(page);
    // Other disks of this computer may be too small as well, and then say so.
    await page.locator('.disk-choice[data-disabled]').filter({ has: page.getByText('Small', { exact: true }) }).waitFor();
    await choose(page, 'Stick');
    await page.locator('.fold-button').click();
    await at('disks');
    await page.locator('.practice-actions button').first().click();
    await page.getByRole('dialog').waitFor();
    await at('practice');
    await page.keyboard.press('Escape');
    await next(page);
    await page.locator('.check-summary .verdict-mark').waitFor();
    await at('check');
    await passChecks(page);
    await page.locator('.plan-steps').waitFor();
    await at('plan');
    // Minutes, unless it is let go: the job is still running when all has been looked at.
    server.setSpeed(256 << 10);
    await agreeAndStart(page);
    await page.locator('.phase-percent').filter({ hasText: /[1-9]/ }).waitFor();
    await at('progress');
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor();
    await at('stop');
    await page.keyboard.press('Escape');
    server.setSpeed(null);
    await reportShown(page);
    await at('report');
    await home();
    await page.locator('.job-card').waitFor();
    await at('home again');
    await begin(page, 'format');
    await choose(page, 'Stick');
    await at('format disk');
    await next(page);
    await at('format');
    await next(page);
    await passChecks(page);
    await page.locator('.plan-steps').waitFor();
    await at('format plan');
    await home();
    await begin(page, 'read');
    await choose(page, 'Small');
    await at('read disk');
    await next(page);
    await page.locator('.image-typed input').fill(join(folder, 'kept.img.zst'));
    await at('read destination');
    await next(page);
    await page.locator('.check-summary .verdict-mark').waitFor();
    await at('read check');
    await passChecks(page);
    await page.locator('.plan-steps').waitFor();
    await at('read plan');
    await agreeAndStart(page);
    await reportShown(page);
    await at('read report');
  } finally {
    server.close();
  }
}
