/// <reference types="node" />
import { expect } from 'vitest';
import { DISKS, IMAGE } from './harness/data.ts';
import { calls, heading, inspect, open, page, passChecks, press, test, toChecks } from './harness/stand-in.ts';

test('an image is written with the keyboard alone, the heading of each step has the focus', async () => {
  await open({ pace: 40, disks: DISKS.filter((disk) => disk.practice) });
  expect(await heading()).toBe('What is on the bench?');
  await page.getByRole('button', { name: /^Write an image/ }).focus();
  await press('Enter');
  await page.getByRole('heading', { name: 'Which image?' }).waitFor();
  expect(await heading()).toBe('Which image?');
  await press('Tab', 'Tab');
  await page.keyboard.type(IMAGE.location);
  await press('Enter');
  await page.getByRole('heading', { name: IMAGE.name }).waitFor();
  await press('Enter');
  await page.getByRole('heading', { name: 'Which disks?' }).waitFor();
  expect(await heading()).toBe('Which disks?');
  await press('Enter');
  expect(await heading()).toBe('Which disks?');
  await press('Tab', 'Space', 'Enter');
  await page.getByRole('heading', { name: 'Is everything ready to write?' }).waitFor();
  expect(await heading()).toBe('Is everything ready to write?');
  await page.getByText('Everything is in order').waitFor();
  await press('Enter');
  await page.getByRole('heading', { name: 'Is this right?' }).waitFor();
  // While the plan is made there is nothing to go to.
  await page.locator('.wizard-footer [data-act]:enabled', { hasText: 'Erase and write 1 disk' }).waitFor();
  await press('Enter');
  await page.waitForFunction(() => document.activeElement?.matches('[data-act]'));
  expect(await calls(page, 'job.start')).toEqual([]);
  await press('Enter');
  await page.getByRole('heading', { name: 'Written and verified' }).waitFor();
  expect(await heading()).toBe('Written and verified');
  await page.getByText('Ejected: you can unplug it.').waitFor();
});

test('the drivers of a stick are brought up to date with the keyboard alone', async () => {
  await open({ pace: 40 });
  await page.getByRole('button', { name: /^Update the drivers/ }).focus();
  await press('Enter');
  await page.getByRole('heading', { name: 'Which stick?' }).waitFor();
  expect(await heading()).toBe('Which stick?');
  expect(await page.getByRole('radio', { name: /Samsung/ }).count()).toBe(0);
  expect(await page.getByRole('radio', { name: /Kingston/ }).isDisabled()).toBe(true);
  await press('Tab', 'Space', 'Enter');
  await page.getByRole('heading', { name: 'Which drivers?' }).waitFor();
  await page.getByLabel('Folders with drivers').focus();
  await page.keyboard.type('/srv/drivers');
  await page.locator('.driver-table').waitFor();
  await page.getByRole('button', { name: 'Next' }).focus();
  await press('Enter');
  await page.getByRole('row', { name: /e2f\.inf.*1\.1\.4\.42.*2\.1\.4\.3/ }).waitFor();
  await page.locator('.wizard-footer [data-act]:enabled', { hasText: 'Update 3 drivers' }).waitFor();
  await press('Enter');
  await page.waitForFunction(() => document.activeElement?.matches('[data-act]'));
  expect(await calls(page, 'job.start')).toEqual([]);
  await press('Enter');
  await page.getByRole('heading', { name: 'The drivers are up to date' }).waitFor();
  expect(await calls(page, 'settings.set')).toEqual([{ driverFolders: ['/srv/drivers'] }]);
});

/** With Enter alone: past the checks, through what the plan asks for, and to its end. */
const agreeAndStart = async (checks: string, open: number) => {
  await page.getByRole('heading', { name: checks }).waitFor();
  expect(await heading()).toBe(checks);
  await passChecks();
  await page.locator('.plan-steps').waitFor();
  for (let asked = 0; asked < open; asked += 1) {
    await press('Enter');
    await page.waitForFunction(() => document.activeElement?.matches('.confirmation:not([data-selected]) input'));
    await press('Space');
    await page.locator('.confirmation[data-selected]').nth(asked).waitFor();
  }
  await page.locator('.wizard-footer [data-act]:enabled').waitFor();
  await press('Enter');
  await page.waitForFunction(() => document.activeElement?.matches('[data-act]'));
  expect(await calls(page, 'job.start')).toEqual([]);
  await press('Enter');
};

test('an image of a disk is made with the keyboard alone', async () => {
  await open({ pace: 40 });
  await page.getByRole('button', { name: /^Image a disk/ }).focus();
  await press('Enter');
  await page.getByRole('heading', { name: 'Which disk?' }).waitFor();
  expect(await heading()).toBe('Which disk?');
  await press('Tab', 'ArrowDown', 'ArrowDown');
  await page.getByRole('radio', { name: /Kingston/, checked: true }).waitFor();
  await press('Enter');
  await page.getByRole('heading', { name: 'Which partitions?' }).waitFor();
  expect(await heading()).toBe('Which partitions?');
  await press('Enter');
  await page.getByRole('heading', { name: 'Where to?' }).waitFor();
  expect(await heading()).toBe('Where to?');
  await page.locator('.wizard-footer .button-primary:enabled').waitFor();
  await press('Enter');
  await agreeAndStart('Is this machine ready to be imaged?', 1);
  await page.getByRole('heading', { name: 'The image is made, with gaps' }).waitFor();
  expect(await heading()).toBe('The image is made, with gaps');
});

test('an image of the library is put back with the keyboard alone', async () => {
  await open({ pace: 40 });
  await page.getByRole('button', { name: /^Restore an image/ }).focus();
  await press('Enter');
  await page.locator('.library-pick').waitFor();
  expect(await heading()).toBe('Which image?');
  await press('Tab', 'Tab', 'Tab');
  expect(await page.evaluate(() => document.activeElement?.closest('.library-pick li') !== null)).toBe(true);
  await press('Enter');
  await page.locator('.image-card').waitFor();
  // The button that was pressed is gone: the heading has the focus.
  expect(await heading()).toBe('Which image?');
  await press('Enter');
  await page.getByRole('heading', { name: 'Which partitions?' }).waitFor();
  await press('Enter');
  await page.getByRole('heading', { name: 'Which disks?' }).waitFor();
  expect(await heading()).toBe('Which disks?');
  await press('Tab');
  await page.getByRole('checkbox', { name: /Kingston/ }).and(page.locator(':focus')).waitFor();
  await press('Space', 'Enter');
  await agreeAndStart('Is everything ready to restore?', 0);
  await page.getByRole('heading', { name: 'Restored and verified' }).waitFor();
  expect(await heading()).toBe('Restored and verified');
});

test('Escape goes back step by step, and asks before it stops a job', async () => {
  await open();
  await inspect();
  await press('Enter');
  await page.getByRole('heading', { name: 'Which disks?' }).waitFor();
  await press('Escape');
  await page.getByRole('heading', { name: 'Which image?' }).waitFor();
  expect(await page.getByLabel('Path or web address').inputValue()).toBe(IMAGE.location);
  await press('Enter');
  await page.getByRole('checkbox', { name: /SanDisk/ }).press('Space');
  await press('Enter');
  await passChecks();
  await page.getByRole('button', { name: 'Erase and write 1 disk' }).click();
  await page.getByRole('progressbar', { name: 'The whole job' }).waitFor();
  await press('Escape');
  const dialog = page.getByRole('alertdialog', { name: 'Stop this job?' });
  await dialog.getByText('left without a partition table').waitFor();
  await press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await calls(page, 'job.cancel')).toEqual([]);
  await press('Escape');
  await dialog.getByRole('button', { name: 'Stop the job' }).click();
  await page.getByRole('heading', { name: 'Stopped' }).waitFor();
});

test('what is left to agree to is counted beside the button, and pressing it leads there', async () => {
  await open({ pace: 0 });
  await toChecks(/WDC/);
  await passChecks();
  const act = page.getByRole('button', { name: 'Erase and write 1 disk' });
  await page.getByRole('button', { name: '2 things left to agree to' }).click();
  await page.waitForFunction(() => document.activeElement?.matches('.confirmation input'));
  await press('Space');
  await page.getByRole('button', { name: '1 thing left to agree to' }).click();
  expect(await act.isDisabled()).toBe(true);
  await press('Space');
  await page.getByRole('button', { name: /left to agree to/ }).waitFor({ state: 'detached' });
  await act.click();
  await page.getByRole('progressbar', { name: 'The whole job' }).waitFor();
});

test('a click too many on "Next" does not start what has taken its place', async () => {
  await open({ pace: 0 });
  await toChecks(/SanDisk/);
  await page.getByText('Everything is in order').waitFor();
  // In the very moment in which the plan is there.
  const disabled = page.evaluate(() => new Promise<boolean>((resolve) => {
    new MutationObserver((_changes, observer) => {
      const act = document.querySelector<HTMLButtonElement>('.wizard-footer [data-act]');
      if (!act || !document.querySelector('.plan-steps')) return;
      observer.disconnect();
      resolve(act.disabled);
      act.click();
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  }));
  await page.getByRole('button', { name: 'Next' }).click();
  expect(await disabled).toBe(true);
  expect(await calls(page, 'job.start')).toEqual([]);
  await page.getByRole('button', { name: 'Erase and write 1 disk' }).click();
  await page.getByRole('progressbar', { name: 'The whole job' }).waitFor();
  expect(await calls(page, 'job.start')).toHaveLength(1);
});
