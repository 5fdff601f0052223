/// <reference types="node" />
import { expect } from 'vitest';
import { DISKS, IMAGE } from './harness/data.ts';
import { calls, inspect, open, page, passChecks, plugged, press, startWriting, test, toChecks, type Harnessed } from './harness/stand-in.ts';
import { ADK_FOLDER } from './harness/winpe-data.ts';

test('a disk appears and goes while the list is open; a chosen one that goes is no longer chosen', async () => {
  await open({ disks: DISKS.slice(0, 1) });
  await inspect();
  await press('Enter');
  await page.getByText('No disk to write to').waitFor();
  await plugged(DISKS.slice(0, 3));
  await page.getByRole('checkbox', { name: /Kingston/ }).press('Space');
  await page.getByText('1 disk chosen').waitFor();
  await plugged(DISKS.slice(0, 2));
  await page.getByText('No disk chosen yet').waitFor();
  expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
  // Neither a disk that goes nor one that comes moves another under the mouse.
  const place = () => page.getByRole('checkbox', { name: /Kingston/ }).evaluate((box) => box.closest('.disk-choice')!.getBoundingClientRect().top);
  await plugged(DISKS.slice(0, 3));
  const before = await place();
  await plugged([DISKS[2]!]);
  await page.getByText('No longer plugged in').waitFor();
  expect(await place()).toBe(before);
  await plugged([DISKS[3]!, DISKS[2]!]);
  await page.getByRole('checkbox', { name: /Generic/ }).waitFor();
  expect(await page.locator('.disk-choice').allTextContents()).toEqual([expect.stringContaining('SanDisk'), expect.stringContaining('Kingston'), expect.stringContaining('Generic')]);
});

test('a disk that is too small cannot be chosen and says how many bytes are missing; the system disk is never offered', async () => {
  await open();
  await inspect();
  await press('Enter');
  const small = page.getByRole('checkbox', { name: /Generic Flash/ });
  expect(await small.isDisabled()).toBe(true);
  await page.getByText(/Too small for this image: 1.21\sGB \(1,207,959,552\sbytes\) missing/).waitFor();
  expect(await page.getByRole('checkbox', { name: /Samsung/ }).count()).toBe(0);
  await page.getByRole('button', { name: /2 disks are not offered/ }).click();
  await page.getByText('holds the running system').waitFor();
});

test('a planned disk that is pulled out is named, and nothing can be started', async () => {
  await open();
  await toChecks(/SanDisk/);
  await passChecks();
  const act = page.getByRole('button', { name: 'Erase and write 1 disk' });
  await act.waitFor();
  await plugged(DISKS.filter(({ id }) => id !== '/dev/sda'));
  await page.getByText(/SanDisk Ultra USB 3.0, 31.9\sGB, serial \w+ is no longer there/).waitFor();
  expect(await act.isDisabled()).toBe(true);
});

test('another stick at the path of the chosen one stops the wizard at the checks', async () => {
  await open();
  await toChecks(/SanDisk/);
  await page.getByText('Everything is in order').waitFor();
  await plugged(DISKS.filter(({ id }) => id !== '/dev/sdb').map((disk) => (disk.id === '/dev/sda' ? { ...DISKS[2]!, id: disk.id, path: disk.path } : disk)));
  await page.getByText('The chosen disk is no longer plugged in').waitFor();
  expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
  await press('Enter');
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByText('No disk chosen yet').waitFor();
  expect(await calls(page, 'plan.write')).toEqual([]);
});

test('a stick that is pulled out at any step after its choice is told, holds up the wizard, and put back lets it go on', async () => {
  await open();
  const next = page.locator('.wizard-footer .button-primary');
  /** At the step after the choice of SanDisk, where all else is answered. */
  const pull = async () => {
    await plugged(DISKS.filter(({ id }) => id !== '/dev/sda'));
    await page.locator('.wizard-footer').getByText('put it back, or go back and choose another').waitFor();
    expect(await next.isDisabled()).toBe(true);
    await plugged(DISKS);
    await page.locator('.wizard-footer').getByText('put it back').waitFor({ state: 'detached' });
    await page.locator('.wizard-footer .button-primary:enabled').waitFor();
  };
  for (const wizard of ['format', 'read', 'capture', 'drivers'] as const) {
    await page.locator(`.big-job-${wizard}`).click();
    await page.getByRole('radio', { name: /SanDisk/ }).press('Space');
    await next.click();
    if (wizard === 'read') await page.locator('.image-typed input').fill('/srv/images/sandisk.img.zst');
    if (wizard === 'drivers') await page.locator('textarea').first().fill('/srv/drivers');
    await page.locator('.wizard-footer .button-primary:enabled').waitFor();
    await pull();
    if (wizard === 'format' || wizard === 'read') {
      await next.click();
      await page.getByText('Everything is in order').waitFor();
      await pull();
    }
    await page.locator('.header-home').click();
  }
});

test('one of two chosen sticks that is pulled out is named at every later step, and holds up the wizard until it is back or the choice made anew', async () => {
  await open();
  const next = page.locator('.wizard-footer .button-primary');
  const named = page.locator('.wizard-content').getByText(/Kingston DataTraveler Max, 62.1\sGB, serial \w+ is no longer there/);
  const footer = page.locator('.wizard-footer');
  const toDisks: Record<'write' | 'restore' | 'windows-stick' | 'winpe', () => Promise<void>> = {
    write: async () => {
      await page.locator('.image-typed input').fill(IMAGE.location);
      await press('Enter');
      await page.getByRole('heading', { name: IMAGE.name }).waitFor();
      await next.click();
    },
    restore: async () => {
      await page.locator('.library-pick button').first().click();
      await page.locator('.image-card').waitFor();
      await next.click();
      await next.click();
    },
    'windows-stick': async () => {
      await page.locator('.image-typed input').fill('/srv/iso/Win11_25H2_Dutch_x64.iso');
      await press('Enter');
      await page.locator('.image-card').waitFor();
      await next.click();
      await next.click();
    },
    winpe: async () => {
      await page.locator('.image-typed input').fill(ADK_FOLDER);
      await press('Enter');
      await page.locator('.image-card').waitFor();
      await next.click();
      await next.click();
    },
  };
  for (const [wizard, answer] of Object.entries(toDisks)) {
    await page.locator(`.big-job-${wizard}`).click();
    await answer();
    await page.getByRole('checkbox', { name: /WDC/ }).press('Space');
    await page.getByRole('checkbox', { name: /Kingston/ }).press('Space');
    await next.click();
    await page.getByText('Everything is in order').waitFor();
    await plugged(DISKS.filter(({ id }) => id !== '/dev/sdb'));
    await named.waitFor();
    await footer.getByText('A chosen disk is no longer plugged in: put it back, or go back and choose again.').waitFor();
    expect(await next.isDisabled(), wizard).toBe(true);
    await plugged(DISKS);
    await named.waitFor({ state: 'detached' });
    await page.locator('.wizard-footer .button-primary:enabled').waitFor();
    // Another stick in its socket is not chosen in its place, and the first one, back again, has to be chosen anew.
    await plugged(DISKS.map((disk) => (disk.id === '/dev/sdb' ? { ...DISKS[1]!, id: disk.id, path: disk.path } : disk)));
    await named.waitFor();
    await plugged(DISKS);
    await footer.getByText('An earlier choice no longer holds').waitFor();
    expect(await next.isDisabled(), wizard).toBe(true);
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByText('1 disk chosen').waitFor();
    await next.click();
    await page.getByText('Everything is in order').waitFor();
    await page.locator('.wizard-footer .button-primary:enabled').waitFor();
    await page.locator('.header-home').click();
  }
});

test('a stick for Windows that is pulled out is no longer chosen', async () => {
  await open();
  await page.getByRole('button', { name: /^Make a Windows stick/ }).click();
  await page.getByLabel('Path or web address').fill('/srv/iso/Win11_25H2_Dutch_x64.iso');
  await press('Enter');
  await page.getByRole('heading', { name: 'Windows 11' }).waitFor();
  await press('Enter');
  await page.getByRole('heading', { name: 'How should Windows be set up?' }).waitFor();
  await press('Enter');
  await page.getByRole('checkbox', { name: /SanDisk/ }).press('Space');
  await page.getByText('1 disk chosen').waitFor();
  await plugged(DISKS.filter(({ id }) => id !== '/dev/sda'));
  await page.getByText('No disk chosen yet').waitFor();
  expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
});

/** Takes the running job to so many seconds from its start. */
const jump = (seconds: number) => page.evaluate((to) => {
  const { harness } = window as unknown as Harnessed;
  harness.jump([...harness.jobs.keys()].at(-1)!, to);
}, seconds);

test('a stick that is pulled out of a running job is told at once, with what to do: while it is written, while it is verified, and when all was done', async () => {
  await open({ pace: 0 });
  await startWriting(/SanDisk/, /Kingston/);
  const without = (...ids: string[]) => plugged(DISKS.filter(({ id }) => !ids.includes(id)));
  const told = page.getByRole('alert').filter({ hasText: /Kingston DataTraveler Max, 62.1\sGB, serial \w+ was unplugged/ });
  await jump(20);
  await without('/dev/sdb');
  await told.getByText('What is on it is incomplete. When this job has ended, plug it in again').waitFor();
  expect(await page.getByText('was unplugged').count()).toBe(1);
  await jump(50);
  await told.getByText('All of it was written, but not yet read back.').waitFor();
  await plugged(DISKS);
  await told.waitFor({ state: 'detached' });
  // The disk says itself what became of it.
  await page.evaluate(() => { (window as unknown as Harnessed).harness.failing = ['/dev/sdb']; });
  await jump(55);
  await page.getByText('The disk reported a write error').waitFor();
  await without('/dev/sdb');
  expect(await told.count()).toBe(0);
  await jump(70);
  await page.getByRole('heading', { name: '1 of 2 disks are good' }).waitFor();
  // Ejected disks may go.
  await without('/dev/sda', '/dev/sdb');
  expect(await page.getByText('No longer plugged in').count()).toBe(0);
});

test('a disk that goes while it is read is told, and that what was read is kept', async () => {
  await open({ pace: 0 });
  await page.locator('.big-job-capture').click();
  await page.getByRole('radio', { name: /SanDisk/ }).press('Space');
  for (const waits of ['.partition-line', '.field input.mono']) {
    await page.locator('.wizard-footer .button-primary:enabled').click();
    await page.locator(waits).first().waitFor();
  }
  await page.locator('.wizard-footer .button-primary:enabled').click();
  await passChecks();
  await page.locator('.wizard-footer [data-act]:enabled').click();
  await page.getByRole('progressbar', { name: 'The whole job' }).waitFor();
  await plugged(DISKS.filter(({ id }) => id !== '/dev/sda'));
  await page.getByRole('alert').getByText('What was read so far is kept.').waitFor();
});

test('a disk that is pulled out after its job, not ejected, is told with what that means; of a past job it is not', async () => {
  await open({ pace: 0 });
  await toChecks(/SanDisk/);
  await passChecks();
  await page.locator('.plan-steps').waitFor();
  await page.getByRole('checkbox', { name: 'Eject afterwards' }).press('Space');
  await page.locator('.wizard-footer [data-act]:enabled').click();
  await page.getByRole('progressbar', { name: 'The whole job' }).waitFor();
  await jump(70);
  await page.getByText('Eject it in your system before you unplug it').waitFor();
  await plugged(DISKS.filter(({ id }) => id !== '/dev/sda'));
  await page.getByText('All of it was written before, so the disk is complete.').waitFor();
  expect(await page.getByText('Eject it in your system before you unplug it').count()).toBe(0);
  await page.evaluate(() => {
    const { harness } = window as unknown as Harnessed;
    harness.given['history.get'] = { ...[...harness.jobs.values()][0]!.report, jobId: 'job-past' };
  });
  await page.locator('.header-history').click();
  await page.locator('.history-list li', { hasText: 'Kingston' }).getByRole('button').click();
  await page.getByRole('heading', { name: 'Written and verified' }).waitFor();
  expect(await page.getByText('No longer plugged in').count()).toBe(0);
});
