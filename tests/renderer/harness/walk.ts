import type { Page } from '@playwright/test';
import type { Harness } from './fake-bridge.ts';
import { IMAGE } from './data.ts';
import { ADK_FOLDER } from './winpe-data.ts';

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

/** `part`: another part of the step before, scrolled to: a picture, nothing new to look into. */
type At = (step: string, part?: 'part') => Promise<void>;

/** Goes through every step of every wizard, and calls `at` on each. */
export async function walkThrough(page: Page, language: 'en' | 'nl', at: At): Promise<void> {
  const words = WORDS[language];
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
  const jump = (seconds: number) => page.evaluate((to) => {
    const { harness } = window as unknown as Harnessed;
    harness.pace = 0;
    harness.jump([...harness.jobs.keys()].at(-1)!, to);
  }, seconds);
  const checked = () => page.locator('.check-summary .verdict-mark').waitFor();
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
  await at('08-disks-more', 'part');
  await button(words.create).click();
  await at('09-practice-dialog');
  await page.getByRole('dialog').getByRole('button', { name: words.cancelDialog }).click();
  await button(words.next).click();
  await checked();
  await at('09-check-fine', 'part');
  await page.locator('.fold-button').first().click();
  await at('09-check-fine-open');
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
  await at('18-report-saved', 'part');
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
  await walkImaging(page, at, jump, run);
}

/** The same for imaging, by what things are: it works in both languages. */
async function walkImaging(page: Page, at: At, jump: (seconds: number) => Promise<void>, run: (from: number, to: number) => Promise<void>): Promise<void> {
  const next = () => page.locator('.wizard-footer .button-primary').click();
  const home = () => page.locator('.header-home').click();
  const act = () => page.locator('.wizard-footer [data-act]').click();
  const pace = () => page.evaluate(() => {
    (window as unknown as Harnessed).harness.pace = 0;
  });
  await home();
  await page.locator('.big-job-capture').click();
  await page.getByRole('radio', { name: /Kingston/ }).press('Space');
  await at('30-capture-disk');
  await next();
  await page.locator('.partition-line').nth(2).locator('input').press('Space');
  await at('31-capture-partition-out');
  await page.locator('.partition-line').nth(2).locator('input').press('Space');
  await at('32-capture-partitions');
  await next();
  await page.locator('.field input.mono').filter({ visible: true }).first().waitFor();
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.field input.mono')?.value !== '');
  await at('33-capture-destination');
  await page.locator('.fold-button').click();
  await page.locator('.fold-panel').scrollIntoViewIfNeeded();
  await at('34-capture-options');
  await page.locator('.field input.mono').fill('image-2');
  await page.locator('.name-advice').waitFor();
  await page.locator('.name-check').scrollIntoViewIfNeeded();
  await at('34-capture-name-advice', 'part');
  await page.locator('.name-check button').click();
  await page.locator('.name-fine').waitFor();
  await page.evaluate(() => {
    (window as unknown as Harnessed).harness.checks = 'trouble';
  });
  await next();
  await page.locator('.check-card').first().waitFor();
  await page.locator('.check-summary .verdict-mark').waitFor();
  await at('35-check-trouble');
  const content = page.locator('.wizard-content');
  for (const [index, name] of ['smart', 'encryption', 'end'].entries()) {
    await content.evaluate((element, part) => element.scrollTo(0, part === 2 ? element.scrollHeight : 640 * (part + 1)), index);
    await at(`35-check-${name}`, 'part');
  }
  await page.locator('.way-tab').nth(2).click();
  await page.locator('.way-tabs').scrollIntoViewIfNeeded();
  await at('35-check-ways');
  await page.locator('.remedy-act', { has: page.locator('.remedy-commands') }).getByRole('button').click();
  await page.locator('.fine-list').waitFor({ state: 'attached' });
  await page.locator('.scan-list button').last().click();
  await page.locator('.surface').waitFor();
  await page.locator('.surface').scrollIntoViewIfNeeded();
  await at('35-check-surface');
  await page.evaluate(() => {
    const { harness } = window as unknown as Harnessed;
    harness.solved.push('power');
  });
  await page.locator('.check-card-stop .check-head button').click();
  await page.locator('.check-card-stop').waitFor({ state: 'detached' });
  for (const box of await page.locator('.check-accept').getByRole('checkbox').all()) await box.press('Space');
  await content.evaluate((element) => element.scrollTo(0, 0));
  await at('35-check-accepted', 'part');
  await next();
  await page.locator('.plan-steps').waitFor();
  await at('35-capture-plan');
  await page.locator('.confirmation input').first().press('Space');
  await page.locator('.plan-steps').scrollIntoViewIfNeeded();
  await at('36-capture-plan-end', 'part');
  await act();
  await page.getByRole('progressbar').first().waitFor();
  await pace();
  await page.evaluate(() => {
    const { harness } = window as unknown as Harnessed;
    harness.happened = [
      { at: '2026-11-21T09:14:07.000Z', code: 'device-arrived', params: { disk: 'SanDisk Ultra USB 3.0', size: 31_914_983_424, path: '/dev/sdf' } },
      { at: '2026-11-21T09:16:31.000Z', code: 'mains-lost', params: {} },
    ];
  });
  await run(0, 28);
  await at('37-capture-progress');
  await run(30, 70);
  await page.locator('.outcome').waitFor();
  await at('38-capture-report');
  await page.locator('.report-checks').scrollIntoViewIfNeeded();
  await at('38-capture-report-checks', 'part');
  await page.locator('.header-history').click();
  await page.locator('.history-list').waitFor();
  await at('60-history');
  await page.locator('.history-tools input').fill('kingston');
  await page.locator('.history-list li').nth(1).waitFor({ state: 'detached' });
  await page.locator('.history-tools > .button').click();
  await page.getByRole('status').filter({ hasText: '/home/anna/tickets' }).waitFor();
  await at('61-history-search', 'part');
  await page.locator('.history-list button').click();
  await page.locator('.outcome').waitFor();
  await at('62-history-report');
  await page.keyboard.press('Escape');
  await page.locator('.history-tools input').fill('zzz');
  await page.locator('.empty').waitFor();
  await at('63-history-none', 'part');
  await page.evaluate(() => {
    const { harness } = window as unknown as Harnessed;
    harness.checks = 'fine';
    harness.happened = [];
  });
  await home();
  await page.locator('.big-job-library').click();
  await page.locator('.library-item').first().waitFor();
  await at('40-library');
  await page.locator('.library-actions').first().scrollIntoViewIfNeeded();
  await at('41-library-images', 'part');
  const actions = page.locator('.library-item').last().locator('.library-actions button');
  await actions.nth(2).click();
  await page.getByRole('dialog').waitFor();
  await at('42-library-convert');
  await page.keyboard.press('Escape');
  await actions.nth(3).click();
  await page.getByRole('dialog').waitFor();
  await at('43-library-rename');
  await page.keyboard.press('Escape');
  await actions.nth(4).click();
  await page.getByRole('alertdialog').locator('.button-danger').click();
  await page.getByRole('alert').waitFor();
  await at('44-library-delete-refused');
  await page.keyboard.press('Escape');
  await actions.nth(1).click();
  await at('46-library-verify');
  await page.getByRole('dialog').locator('.button-primary').click();
  await page.getByRole('progressbar').first().waitFor();
  await jump(70);
  await page.locator('.outcome').waitFor();
  await at('45-verify-report');
  await home();
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
  await page.locator('.check-summary .verdict-mark').waitFor();
  await at('54-restore-check');
  await next();
  await page.locator('.plan-steps').waitFor();
  await page.locator('.options input').first().press('Space');
  await page.locator('.layout-marks').waitFor();
  await at('55-restore-plan');
  await page.locator('.options .fold-button').click();
  await page.locator('.options').scrollIntoViewIfNeeded();
  await at('56-restore-options');
  for (const box of await page.locator('.confirmation input').all()) await box.press('Space');
  await act();
  await page.getByRole('progressbar').first().waitFor();
  await run(0, 30);
  await at('57-restore-progress');
  await run(35, 70);
  await page.locator('.outcome').waitFor();
  await at('58-restore-report');
  await home();
  await page.locator('.big-job-windows-stick').click();
  await at('70-windows-empty');
  await page.locator('.image-typed input').fill('/home/anna/Downloads/debian.iso');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await at('71-windows-refused');
  await page.locator('.image-typed input').fill('/home/anna/Downloads/Win11_25H2_Dutch_x64.iso');
  await page.keyboard.press('Enter');
  await page.locator('.image-card').waitFor();
  await at('72-windows-media');
  await next();
  await at('73-windows-customise');
  await page.locator('.choice').nth(1).click();
  const folds = page.locator('.answer-form .fold-button');
  await folds.nth(0).click();
  await page.locator('.answer-form input').first().fill('BENCH-%SERIAL%');
  await at('74-windows-machine');
  await page.locator('.answer-form .select-button').first().click();
  await page.getByRole('option').last().waitFor();
  await at('75-windows-edition');
  await page.getByRole('option').last().click();
  for (const index of [1, 3, 5, 6]) await folds.nth(index).click();
  await page.locator('.answer-form .choice').nth(1).click();
  await page.locator('.answer-form .notice').scrollIntoViewIfNeeded();
  await at('76-windows-disk');
  await page.locator('.notice-warning').last().waitFor();
  await page.locator('.fold-button').nth(-2).click();
  await page.locator('.xml-preview').scrollIntoViewIfNeeded();
  await at('77-windows-preview');
  await next();
  await page.getByRole('checkbox', { name: /SanDisk/ }).first().press('Space');
  await at('78-windows-disks');
  await next();
  await page.locator('.check-summary .verdict-mark').waitFor();
  await next();
  await page.locator('.plan-steps').waitFor();
  await at('79-windows-plan');
  await page.locator('.file-list').first().scrollIntoViewIfNeeded();
  await at('80-windows-plan-contents');
  for (const box of await page.locator('.confirmation input').all()) await box.press('Space');
  await act();
  await page.getByRole('progressbar').first().waitFor();
  await jump(70);
  await page.locator('.outcome').waitFor();
  await at('81-windows-report');
  await home();
  await walkWinpe(page, at, jump, { next, act });
}

/** A WinPE stick with drivers, and an ISO. */
async function walkWinpe(page: Page, at: (step: string) => Promise<void>, jump: (seconds: number) => Promise<void>, { next, act }: { next: () => Promise<void>; act: () => Promise<void> }): Promise<void> {
  const checks = async () => {
    await page.locator('.check-summary .verdict-mark').waitFor();
    await next();
    await page.locator('.plan-steps').waitFor();
  };
  await page.locator('.big-job-winpe').click();
  await at('82-winpe-empty');
  await page.locator('.image-typed input').fill('/home/anna/Downloads/debian.iso');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await at('83-winpe-refused');
  await page.locator('.image-typed input').fill(ADK_FOLDER);
  await page.keyboard.press('Enter');
  await page.locator('.image-card').waitFor();
  await page.locator('.fold-button').click();
  await at('84-winpe-source');
  await page.locator('.fold-panel').scrollIntoViewIfNeeded();
  await at('85-winpe-options');
  await next();
  await at('86-winpe-no-drivers');
  await page.locator('textarea').first().fill('/srv/drivers');
  await page.locator('.driver-table').waitFor();
  await at('87-winpe-drivers');
  await page.locator('.driver-table').scrollIntoViewIfNeeded();
  await at('88-winpe-drivers-list');
  await page.locator('.choice').nth(2).click();
  await page.locator('textarea').nth(1).fill('PCI\\VEN_8086&DEV_15F3\nPCI\\VEN_1022&DEV_43EB');
  await page.locator('.notice-warning').waitFor();
  await at('89-winpe-ids');
  await page.locator('.driver-choice').scrollIntoViewIfNeeded();
  await at('90-winpe-unmatched');
  await next();
  await at('91-winpe-destination');
  await page.getByRole('checkbox', { name: /SanDisk/ }).first().press('Space');
  await next();
  await checks();
  await at('92-winpe-plan');
  for (const box of await page.locator('.confirmation input').all()) await box.press('Space');
  await act();
  await page.getByRole('progressbar').first().waitFor();
  await jump(70);
  await page.locator('.outcome').waitFor();
  await at('93-winpe-report');
  await page.locator('.wizard-footer .button-primary').click();
  await page.locator('.choice').nth(1).click();
  await page.locator('.image-typed input').fill('/srv/images/exists.iso');
  await at('94-winpe-iso');
  await next();
  await page.locator('.check-summary .verdict-mark').waitFor();
  await next();
  await page.locator('.panel-ask input').press('Space');
  await page.locator('.plan-steps').waitFor();
  await at('95-winpe-iso-plan');
}
