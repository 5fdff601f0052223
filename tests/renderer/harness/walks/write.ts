import { IMAGE } from '../data.ts';
import type { Walker } from './walker.ts';

const WORDS = {
  en: { hidden: /not offered/, cancelDialog: 'Cancel', erase: /^Erase and write/, cancel: 'Stop the job…', carryOn: 'Carry on', save: 'Save as HTML…' },
  nl: { hidden: /niet aangeboden/, cancelDialog: 'Annuleren', erase: /wissen en beschrijven$/, cancel: 'Taak afbreken…', carryOn: 'Doorgaan', save: 'Opslaan als HTML…' },
} as const;

/** An image to two disks, one of which fails. */
export async function walkWrite({ language, page, at, next, home, jump, run, checked, planned, running, change }: Walker): Promise<void> {
  const words = WORDS[language];
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
  await at('01-home');
  await page.locator('.big-job-write').click();
  await at('02-image-empty');
  await page.locator('.image-typed input').fill('/home/anna/Downloads/missing.img');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await at('03-image-error');
  await page.locator('.image-typed input').fill('/home/anna/Downloads/Win11_25H2_Dutch_x64.iso');
  await page.locator('.image-typed button').click();
  await page.getByRole('alert').waitFor();
  await at('04-image-windows');
  await page.locator('.image-typed input').fill(IMAGE.location);
  await page.keyboard.press('Enter');
  await page.getByText('SHA256SUMS').waitFor();
  await at('05-image');
  await next();
  await at('06-disks');
  await page.getByRole('checkbox', { name: /SanDisk/ }).press('Space');
  await page.getByRole('checkbox', { name: /WDC/ }).press('Space');
  await button(words.hidden).click();
  await at('07-disks-chosen');
  await page.getByRole('checkbox', { name: /Oefening/ }).scrollIntoViewIfNeeded();
  await at('08-disks-more', 'part');
  await page.locator('.practice-actions button').first().click();
  await at('09-practice-dialog');
  await page.getByRole('dialog').getByRole('button', { name: words.cancelDialog }).click();
  await next();
  await checked();
  await at('09-check-fine', 'part');
  await page.locator('.fold-button').first().click();
  await at('09-check-fine-open');
  await next();
  await planned();
  await at('10-plan');
  for (const box of await page.getByRole('checkbox', { name: /WDC/ }).all()) await box.press('Space');
  await at('11-plan-confirmed');
  await button(words.erase).click();
  await running();
  await run(0, 29);
  await at('12-progress');
  await button(words.cancel).click();
  await at('13-cancel-dialog');
  await button(words.carryOn).click();
  await run(29, 55);
  await at('14-verifying');
  await home();
  await at('15-home-running');
  await change((harness) => {
    harness.failing = ['/dev/sdd'];
  });
  await jump(68);
  await at('16-home-ended');
  await page.locator('.job-card').getByRole('button').last().click();
  await at('17-report-partly');
  await button(words.save).click();
  await page.getByRole('status').last().scrollIntoViewIfNeeded();
  await at('18-report-saved', 'part');
  await change((harness) => {
    harness.failing = [];
  });
}
