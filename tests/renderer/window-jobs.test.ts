/// <reference types="node" />
import type { Page } from '@playwright/test';
import { expect } from 'vitest';
import { IMAGE } from './harness/data.ts';
import { calls, inspect, open, page, press, startWriting, test, type Harnessed } from './harness/stand-in.ts';

/** The share of a core that a page takes: of some stretches the quietest, since what else this machine does is not the page's. */
const shareOf = async (page: Page): Promise<number> => {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async () => (await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')!.value;
  let share = 1;
  for (let stretch = 0; stretch < 4; stretch += 1) {
    const before = await busy();
    await page.waitForTimeout(3000);
    share = Math.min(share, ((await busy()) - before) / 3);
  }
  return share;
};

test('progress at 10 Hz costs the window less than three times what a page costs that does nothing but show new figures', async () => {
  await open({ pace: 1 });
  await startWriting(/SanDisk/, /Kingston/);
  await page.getByRole('heading', { name: /^Writing/ }).waitFor();
  const ours = await shareOf(page);
  const plain = await page.context().newPage();
  await plain.setContent('<table>' + '<tr><td>0</td><td><progress max="100"></progress></td></tr>'.repeat(8) + '</table>');
  await plain.evaluate(() => {
    let count = 0;
    setInterval(() => {
      count += 1;
      for (const cell of document.querySelectorAll('td:first-child')) cell.textContent = String(count);
      for (const bar of document.querySelectorAll('progress')) bar.value = count % 100;
    }, 100);
  });
  const least = await shareOf(plain);
  await plain.close();
  expect(ours / least).toBeLessThan(3);
});

test('a window that is opened again finds its running job; the engine host going away is said', async () => {
  await open({ pace: 0 });
  await startWriting(/SanDisk/);
  const jobs = await page.evaluate(() => [...(window as unknown as Harnessed).harness.jobs.entries()]);
  await page.context().close();
  await open({ pace: 0, found: jobs });
  await page.getByRole('progressbar', { name: 'The whole job' }).waitFor();
  await page.evaluate(() => (window as unknown as Harnessed).harness.emit('engine.gone', { code: 'engine-host-gone', params: {}, retryable: true, place: null, detail: '' }));
  await page.getByRole('alert').getByRole('button', { name: 'Carry on' }).waitFor();
});

test('a running job is told on every other screen and leads back; another language in the middle of a wizard keeps what was chosen', async () => {
  await open({ pace: 0 });
  await startWriting(/SanDisk/);
  expect(await page.getByRole('button', { name: /^Job running/ }).count()).toBe(0);
  await page.getByRole('button', { name: 'Werkbank, to the start' }).click();
  await page.getByRole('heading', { name: 'Jobs' }).waitFor();
  await inspect();
  await press('Enter');
  // Two jobs on one disk is not offered.
  expect(await page.getByRole('checkbox', { name: /SanDisk.*A job is busy with this disk/ }).isDisabled()).toBe(true);
  await page.getByRole('checkbox', { name: /Kingston/ }).press('Space');
  await page.getByRole('radio', { name: 'Nederlands' }).press('Space');
  await page.getByText('1 schijf gekozen').waitFor();
  expect(await page.getByRole('checkbox', { name: /Kingston/ }).isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Terug' }).click();
  await page.getByRole('heading', { name: IMAGE.name }).waitFor();
  await page.getByRole('button', { name: 'Taak bezig: 0%' }).click();
  await page.getByRole('progressbar', { name: 'De hele taak' }).waitFor();
});

test('a refusal has its remedy as a button: another file, the wizard it belongs in, the parent looked for or its folder added', async () => {
  await open({ given: { 'dialog.image': IMAGE.location, 'dialog.folder': '/mnt/usb' } });
  const inNotice = (name: string) => page.getByRole('alert').getByRole('button', { name });
  const look = async (location: string) => {
    await page.locator('.image-typed input').fill(location);
    await press('Enter');
    await page.getByRole('alert').waitFor();
  };
  await page.locator('.big-job-write').click();
  await look('/home/anna/Downloads/Win11_25H2_Dutch_x64.iso');
  expect(await page.getByText('werkbank media windows').count()).toBe(0);
  await inNotice('Choose another file').click();
  await page.getByRole('heading', { name: IMAGE.name }).waitFor();
  await page.locator('.header-home').click();
  await page.locator('.big-job-windows-stick').click();
  await look('/home/anna/Downloads/debian.iso');
  expect(await inNotice('Choose another file').count()).toBe(1);
  await inNotice('Write an image').click();
  await page.getByRole('heading', { name: 'Which image?' }).waitFor();
  expect(await page.locator('.image-typed input').inputValue()).toBe('/home/anna/Downloads/debian.iso');
  await page.locator('.header-home').click();
  await page.locator('.big-job-restore').click();
  await look('/srv/images/orphan.qcow2');
  await inNotice('Look for it again').click();
  await page.waitForFunction(() => (window as unknown as Harnessed).harness.calls.filter(({ name }) => name === 'image.describe').length === 2);
  await inNotice('Add the folder it is in').click();
  await page.waitForFunction(() => (window as unknown as Harnessed).harness.calls.filter(({ name }) => name === 'image.describe').length === 3);
  expect((await calls(page, 'image.describe')).at(-1)).toEqual({ location: '/srv/images/orphan.qcow2', folders: ['/srv/images', '/mnt/usb'] });
});

test('a dropped file is looked at', async () => {
  await open();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['x'], 'dropped.img'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
  });
  await page.getByRole('heading', { name: IMAGE.name }).waitFor();
  expect(await calls(page, 'image.inspect')).toEqual([{ location: '/home/anna/Downloads/dropped.img' }]);
});

test('language and theme change at once', async () => {
  await open({ systemLanguage: 'en-GB' });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await background();
  await page.getByRole('radio', { name: 'Nederlands' }).press('Space');
  await page.getByRole('heading', { name: 'Wat ligt er op de werkbank?' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('nl');
  await page.getByRole('radio', { name: 'Donker' }).press('Space');
  expect(await background()).not.toBe(before);
  expect(await calls(page, 'settings.set')).toEqual([{ language: 'nl' }, { theme: 'dark' }]);
});
