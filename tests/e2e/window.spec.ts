import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { noise } from '../support/fake-image.ts';
import { seriousFaults } from '../support/axe.ts';
import { walkProgram } from './walk.ts';
import { startProgram, type RunningProgram } from './window.ts';
import { begin, lookAt, next } from './wizard.ts';

const MIB = 1 << 20;
let program: RunningProgram;
test.afterEach(() => program.close());

/** An image beside the program, of so many MiB. */
function image(mebibytes: number): string {
  const path = join(program.folder, 'image.img');
  writeFileSync(path, noise(mebibytes * MIB, 6));
  return path;
}

test('a disk appears and goes while the list is open', async () => {
  program = await startProgram();
  const { page, practiceFolder } = program;
  await begin(page, 'write');
  await lookAt(page, image(1));
  await next(page);
  await page.locator('.practice').waitFor();
  const late = page.getByRole('checkbox', { name: /Late stick/ });
  await expect(late).toHaveCount(0);
  const path = join(practiceFolder, 'Late stick.img');
  writeFileSync(path, '');
  truncateSync(path, 64 * MIB);
  await expect(late).toBeVisible();
  rmSync(path);
  await expect(late).toHaveCount(0);
});

test('the disk of the running system is not offered, and the list says why', async () => {
  program = await startProgram();
  const { page } = program;
  await begin(page, 'write');
  await lookAt(page, image(1));
  await next(page);
  await page.getByRole('button', { name: /not offered/ }).click();
  const why = page.locator('.disk-hidden').filter({ hasText: /holds the running system|this may be the one/ }).first();
  await expect(why).toBeVisible();
  await expect(why.getByRole('checkbox')).toHaveCount(0);
});

test('the language changes at once and is kept', async () => {
  program = await startProgram();
  const { page, folder } = program;
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('What is on the bench?');
  await page.getByRole('radio', { name: 'Nederlands' }).press('Space');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Wat ligt er op de werkbank?');
  await expect(page.locator('html')).toHaveAttribute('lang', 'nl');
  await expect.poll(() => readFileSync(join(folder, 'config', 'Werkbank', 'settings.json'), 'utf8')).toContain('"nl"');
});

test('an image is written with the keyboard alone', async () => {
  program = await startProgram({ practice: [{ name: 'Stick', size: 96 * MIB }] });
  const { page, practiceFolder } = program;
  const { keyboard } = page;
  const path = image(8);
  /** Tab until something is reached; whoever gets lost has found a trap. */
  const tabTo = async (selector: string): Promise<void> => {
    for (let presses = 0; presses < 30; presses += 1) {
      if (await page.locator(`${selector}:focus`).count() > 0) return;
      await keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${selector}`);
  };
  const heading = (text: string) => expect(page.locator('h1:focus')).toHaveText(text);
  await heading('What is on the bench?');
  await tabTo('.big-job-write');
  await keyboard.press('Enter');
  await heading('Which image?');
  await tabTo('.image-typed input');
  await keyboard.type(path);
  await keyboard.press('Enter');
  await page.locator('.image-card').waitFor();
  await keyboard.press('Enter');
  await heading('Which disks?');
  await page.locator('.disk-choice').filter({ hasText: 'Stick' }).waitFor();
  // Other disks of this machine may stand before it.
  await tabTo('.disk-choice:has(.badge-practice) input');
  await keyboard.press('Space');
  await keyboard.press('Enter');
  await heading('Is everything ready to write?');
  await page.locator('.check-summary .verdict-mark').waitFor();
  // This machine may have something to warn of.
  for (const box of await page.locator('.check-accept').getByRole('checkbox').all()) await box.press('Space');
  await page.locator('h1').focus();
  await keyboard.press('Enter');
  await heading('Is this right?');
  await page.locator('.plan-steps').waitFor();
  await keyboard.press('Enter');
  await expect(page.locator('[data-act]:focus')).toHaveText(/Erase and write 1 disk/);
  await keyboard.press('Enter');
  await expect(page.locator('h1:focus')).toHaveText('Written and verified');
  expect(Buffer.compare(readFileSync(join(practiceFolder, 'Stick.img')).subarray(0, 8 * MIB), readFileSync(path))).toBe(0);
});

for (const [language, theme, seen] of [['en', 'light', 'new'], ['nl', 'dark', 'seen in another theme']] as const) {
  test(`axe finds nothing serious on any step (${language}, ${theme})`, async () => {
    program = await startProgram({ language, theme, practice: [{ name: 'Stick', size: 96 * MIB }, { name: 'Small', size: 68 * MIB }] });
    const { page } = program;
    const found: string[] = [];
    const steps: string[] = [];
    await walkProgram(program, image(80), async (step) => {
      steps.push(step);
      found.push(...(await seriousFaults(page, seen)).map((fault) => `${step}: ${fault}`));
    });
    expect(found).toEqual([]);
    expect(steps).toEqual([
      'home', 'image empty', 'image missing', 'image', 'disks', 'practice', 'check', 'plan', 'progress', 'stop', 'report', 'home again',
      'format disk', 'format', 'format plan', 'read disk', 'read destination', 'read check', 'read plan', 'read report',
    ]);
  });
}
