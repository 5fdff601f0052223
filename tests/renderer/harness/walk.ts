import type { Page } from '@playwright/test';
import type { Harness } from './fake-bridge.ts';
import { IMAGE } from './data.ts';

const WORDS = {
  en: {
    write: /^Write an image/, format: /^Make a stick usable/, read: /^Read a stick/, chooseFile: 'Choose a file…', next: 'Next', back: 'Back', start: 'To the start', hidden: /not offered/, create: 'Create a practice disk',
    cancelDialog: 'Cancel', erase: /^Erase and write/, cancel: 'Cancel', carryOn: 'Carry on', place: 'Choose a place…', readIt: 'Read the disk', save: 'Save as HTML…', look: 'Look at it', location: 'Path or web address',
  },
  nl: {
    write: /^Een image schrijven/, format: /^Een stick weer/, read: /^Een stick inlezen/, chooseFile: 'Kies een bestand…', next: 'Verder', back: 'Terug', start: 'Naar het begin', hidden: /niet aangeboden/, create: 'Oefenschijf maken',
    cancelDialog: 'Annuleren', erase: /wissen en beschrijven$/, cancel: 'Annuleren', carryOn: 'Doorgaan', place: 'Kies een plek…', readIt: 'Schijf inlezen', save: 'Opslaan als HTML…', look: 'Bekijk', location: 'Pad of webadres',
  },
} as const;

type Harnessed = { harness: Harness };

/** Goes through every step of every wizard, and calls `at` on each. */
export async function walkThrough(page: Page, language: 'en' | 'nl', at: (step: string) => Promise<void>): Promise<void> {
  const words = WORDS[language];
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
  const jump = (seconds: number) => page.evaluate((to) => {
    const { harness } = window as unknown as Harnessed;
    harness.pace = 0;
    harness.jump([...harness.jobs.keys()].at(-1)!, to);
  }, seconds);
  const run = async (from: number, to: number) => {
    for (let second = from; second <= to; second += 5) {
      await jump(second);
      // The window shows the newest of several: each of these is to become a point of the curve.
      await page.waitForTimeout(220);
    }
  };

  await at('01-home');
  await button(words.write).click();
  await at('02-image-empty');
  await page.getByLabel(words.location).fill('/home/anna/Downloads/missing.img');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await at('03-image-error');
  await page.getByLabel(words.location).fill('/home/anna/Downloads/Win11_25H2_Dutch_x64.iso');
  await button(words.look).click();
  await page.getByRole('alert').waitFor();
  await at('04-image-windows');
  await page.getByLabel(words.location).fill(IMAGE.location);
  await page.keyboard.press('Enter');
  await page.getByText('SHA256SUMS').waitFor();
  await at('05-image');
  await button(words.next).click();
  await at('06-disks');
  await page.getByRole('checkbox', { name: /SanDisk/ }).press('Space');
  await page.getByRole('checkbox', { name: /WDC/ }).press('Space');
  await button(words.hidden).click();
  await at('07-disks-chosen');
  await page.getByRole('checkbox', { name: /Oefening/ }).scrollIntoViewIfNeeded();
  await at('08-disks-more');
  await button(words.create).click();
  await at('09-practice-dialog');
  await page.getByRole('dialog').getByRole('button', { name: words.cancelDialog }).click();
  await button(words.next).click();
  await button(words.erase).waitFor();
  await page.getByText('SHA').waitFor({ state: 'detached' });
  await at('10-plan');
  for (const box of await page.getByRole('checkbox', { name: /WDC/ }).all()) await box.press('Space');
  await at('11-plan-confirmed');
  await button(words.erase).click();
  await page.getByRole('progressbar').first().waitFor();
  await run(0, 29);
  await at('12-progress');
  await button(words.cancel).click();
  await at('13-cancel-dialog');
  await button(words.carryOn).click();
  await run(29, 55);
  await at('14-verifying');
  await button(words.start).click();
  await at('15-home-running');
  await page.evaluate(() => {
    const { harness } = window as unknown as Harnessed;
    harness.failing = ['/dev/sdd'];
  });
  await jump(68);
  await at('16-home-ended');
  await page.locator('.job-card').getByRole('button').last().click();
  await at('17-report-partly');
  await button(words.save).click();
  await page.getByRole('status').last().scrollIntoViewIfNeeded();
  await at('18-report-saved');
  await button(words.start).click();
  await button(words.format).click();
  await page.getByRole('radio', { name: /Kingston/ }).press('Space');
  await at('20-format-disk');
  await button(words.next).click();
  await at('21-format');
  await button(words.next).click();
  await page.locator('.plan-steps').waitFor();
  await at('22-format-plan');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await button(words.read).click();
  await page.getByRole('radio', { name: /SanDisk/ }).press('Space');
  await at('23-read-disk');
  await button(words.next).click();
  await button(words.place).click();
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.image-typed input')?.value !== '');
  await at('24-read-destination');
  await button(words.next).click();
  await page.locator('.plan-steps').waitFor();
  await at('25-read-plan');
  await page.evaluate(() => {
    (window as unknown as Harnessed).harness.failing = [];
  });
  await button(words.readIt).click();
  await page.getByRole('progressbar').first().waitFor();
  await run(0, 68);
  await at('26-read-report');
}
