/// <reference types="node" />
import type { Page } from '@playwright/test';
import type { Disk } from '../../src/contract/index.ts';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { findChromium } from '../electron-stand-in/chromium/find-chromium.ts';
import { seriousFaults } from '../support/axe.ts';
import { need } from '../support/need.ts';
import { DISKS, IMAGE } from './harness/data.ts';
import { LISTING } from './harness/imaging-data.ts';
import { ADK_FOLDER, DRIVERS } from './harness/winpe-data.ts';
import type { Harness } from './harness/harness.ts';
import { walkThrough } from './harness/walk.ts';
import { startHarness, type WindowHarness } from './harness/window.ts';

const test = need({ tools: ['chromium'] });
const CHROMIUM = findChromium();

type Harnessed = { harness: Harness };
const calls = (page: Page, name: string) =>
  page.evaluate((wanted) => (window as unknown as Harnessed).harness.calls.filter((call) => call.name === wanted).map((call) => call.input), name);

describe('the window, with a stand-in for everything behind it', () => {
  let harness: WindowHarness | undefined;
  let page: Page;
  beforeAll(async () => {
    if (CHROMIUM !== null) harness = await startHarness(CHROMIUM);
  });
  afterAll(() => harness?.close());
  afterEach(() => page?.context().close());

  const open = async (...options: Parameters<WindowHarness['open']>) => {
    page = await harness!.open(...options);
    return page;
  };
  const heading = () => page.evaluate(() => document.activeElement?.tagName === 'H1' && document.activeElement.textContent);
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Everything is in order: one key goes on. */
  const passChecks = async () => {
    await page.getByText('Everything is in order').waitFor();
    await press('Enter');
  };
  const inspect = async () => {
    await page.getByRole('button', { name: /^Write an image/ }).click();
    await page.getByLabel('Path or web address').fill(IMAGE.location);
    await press('Enter');
    await page.getByRole('heading', { name: IMAGE.name }).waitFor();
  };

  /** Goes through the wizard until the image is being written to these disks. */
  const startWriting = async (...disks: readonly RegExp[]) => {
    await inspect();
    await press('Enter');
    for (const disk of disks) await page.getByRole('checkbox', { name: disk }).press('Space');
    await press('Enter');
    await passChecks();
    await page.getByRole('button', { name: /^Erase and write/ }).click();
    await page.getByRole('progressbar', { name: 'The whole job' }).waitFor();
  };
  const plugged = (disks: readonly Disk[]) => page.evaluate((list) => (window as unknown as Harnessed).harness.emit('disks', list), disks);

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

  /** What is wrong with the step that the page shows, in words. */
  const faults = async (page: Page, step: string, seen?: Parameters<typeof seriousFaults>[1]): Promise<string[]> => {
    const serious = (await seriousFaults(page, seen)).map((fault) => `${step}: ${fault}`);
    return [...serious, ...await misfits(page, step)];
  };

  /** What sticks out or is too small to hit. */
  const misfits = (page: Page, step: string): Promise<string[]> =>
    page.evaluate((where) => {
      const wide = [...document.querySelectorAll<HTMLElement>('.wizard-content, .home, .header, .wizard-top, .wizard-footer, .button, .target, .target-now, .panel, .disk-row, .bench-disk, .modal')]
        .filter((element) => element.scrollWidth > element.clientWidth + 1)
        .map((element) => `${where}: ${element.className} is ${element.scrollWidth - element.clientWidth} px too wide`);
      const small = [...document.querySelectorAll<HTMLElement>('button[class], label.check, label.choice, label.disk-choice, label.segmented-option, input:not([type=checkbox]):not([type=radio])')]
        .filter((element) => element.offsetHeight > 0 && (element.offsetHeight < 44 || element.offsetWidth < 44))
        .map((element) => `${where}: ${element.className || element.tagName} is only ${element.offsetWidth} x ${element.offsetHeight}`);
      const lost = document.activeElement === null || document.activeElement === document.body ? [`${where}: nothing has the focus`] : [];
      return [...wide, ...small, ...lost];
    }, step);

  test('every step: axe finds nothing serious, nothing sticks out, every target is large (English and light, Dutch and dark)', async () => {
    // Colours do not depend on the language, nor widths on the theme, nor what a page is made of on either: two walks, side by side, see all of both.
    const walks = ([['en', 'light', 'new'], ['nl', 'dark', 'seen in another theme']] as const).map(async ([language, theme, seen]) => {
      const walker = await harness!.open({ systemLanguage: language }, { viewport: { width: 900, height: 640 }, colorScheme: theme });
      const found: string[] = [];
      walker.on('pageerror', (error) => found.push(error.message));
      walker.on('console', (message) => message.type() === 'error' && found.push(message.text()));
      await walkThrough(walker, language, async (step, part) => {
        if (part === undefined) found.push(...await faults(walker, `${language} ${step}`, seen));
      });
      await walker.context().close();
      return found;
    });
    expect((await Promise.all(walks)).flat()).toEqual([]);
  });

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
    await inspect();
    await press('Enter');
    await page.getByRole('checkbox', { name: /SanDisk/ }).press('Space');
    await press('Enter');
    await passChecks();
    const act = page.getByRole('button', { name: 'Erase and write 1 disk' });
    await act.waitFor();
    await plugged(DISKS.filter(({ id }) => id !== '/dev/sda'));
    await page.getByText(/SanDisk Ultra USB 3.0, 31.9\sGB, serial \w+ is no longer there/).waitFor();
    expect(await act.isDisabled()).toBe(true);
  });

  test('another stick at the path of the chosen one stops the wizard at the checks', async () => {
    await open();
    await inspect();
    await press('Enter');
    await page.getByRole('checkbox', { name: /SanDisk/ }).press('Space');
    await press('Enter');
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
    await inspect();
    await press('Enter');
    await page.getByRole('checkbox', { name: /SanDisk/ }).press('Space');
    await press('Enter');
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

  test('a click too many on "Next" does not start what has taken its place', async () => {
    await open({ pace: 0 });
    await inspect();
    await press('Enter');
    await page.getByRole('checkbox', { name: /SanDisk/ }).press('Space');
    await press('Enter');
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

  test('what is left to agree to is counted beside the button, and pressing it leads there', async () => {
    await open({ pace: 0 });
    await inspect();
    await press('Enter');
    await page.getByRole('checkbox', { name: /WDC/ }).press('Space');
    await press('Enter');
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

  test('long lists: sixty disks, one of thirty partitions, two hundred drivers, five hundred images: nothing sticks out, what goes on stays in view', async () => {
    const stick = DISKS[1]!;
    const long = 'Ein-sehr-langer-Name-ohne-jede-Stelle-zum-Umbrechen-'.repeat(3);
    const partitions = Array.from({ length: 30 }, (_, index) => ({ ...stick.partitions[0]!, number: index + 1, offset: (index + 1) << 20, length: 1 << 20, usedBytes: null, fileSystem: { kind: 'fat32', label: index === 3 ? long : `P${index}`, uuid: '' } }));
    const disks = Array.from({ length: 60 }, (_, index): Disk => ({ ...stick, id: `/dev/sd${index}`, path: `/dev/sd${index}`, number: index, model: index === 1 ? long : `${stick.model} ${index}`, ...(index === 0 && { partitions, size: 32 << 20 }) }));
    const images = Array.from({ length: 500 }, (_, index) => ({ ...LISTING.images[0]!, path: `/srv/images/${index}.qcow2`, name: index === 0 ? `${long}.qcow2` : `BALIE-${index}.qcow2`, children: [] }));
    const drivers = Array.from({ length: 200 }, (_, index) => ({ ...DRIVERS[0]!, path: `/srv/drivers/${index}`, infName: `e2f${index}.inf` }));
    await open({
      disks,
      given: {
        'library.list': [{ ...LISTING, images, unfinished: [], faulty: [] }],
        'drivers.choose': { chosen: drivers, bytes: 1, unmatched: [], unreadable: drivers.map(({ path }) => ({ path, error: { code: 'inf-invalid', params: { path, reason: 'no-device' }, retryable: false, place: null, detail: '' } })) },
      },
    }, { viewport: { width: 900, height: 640 } });
    const found = await misfits(page, 'home');
    const look = async (step: string) => found.push(...await misfits(page, step));
    const inView = async (selector: string) => expect(await page.locator(selector).evaluate((element) => element.getBoundingClientRect().bottom <= window.innerHeight)).toBe(true);

    await page.locator('.big-job-capture').click();
    await page.getByText('and 22 more partitions').waitFor();
    expect(await page.getByRole('radio').filter({ visible: true }).count()).toBeGreaterThanOrEqual(60);
    await look('disks');
    await page.getByRole('radio', { name: /SanDisk Ultra USB 3.0 0/ }).press('Space');
    await inView('.wizard-footer .button-primary');
    await page.locator('.wizard-footer .button-primary').click();
    await page.getByRole('checkbox', { name: /P29/ }).waitFor();
    await look('partitions');
    expect(await page.locator('.disk-map').evaluate((map) => map.scrollWidth - map.clientWidth)).toBeLessThanOrEqual(0);
    await page.locator('.header-home').click();

    await page.locator('.big-job-restore').click();
    await page.locator('.library-pick').waitFor();
    expect(await page.locator('.library-pick .choice').count()).toBe(50);
    await look('from the library');
    await page.getByLabel('Find by name, computer, disk or description').fill('BALIE-499');
    await page.locator('.library-pick').getByText('1 image').waitFor();
    expect(await page.locator('.library-pick .choice').count()).toBe(1);
    await page.locator('.header-home').click();

    await page.locator('.big-job-library').click();
    await page.getByRole('button', { name: 'Show 50 more (of 450)' }).click();
    expect(await page.locator('.library-item').count()).toBe(100);
    await look('library');
    await page.locator('.header-home').click();

    await page.locator('.big-job-drivers').click();
    await page.getByRole('radio', { name: /SanDisk Ultra USB 3.0 2\b/ }).press('Space');
    await page.locator('.wizard-footer .button-primary').click();
    await page.locator('textarea').first().fill('/srv/drivers');
    await page.locator('.driver-table').waitFor();
    found.push(...await faults(page, 'drivers'));
    expect(await page.locator('.driver-table').evaluate((table) => [table.clientHeight <= 460, table.scrollHeight > table.clientHeight])).toEqual([true, true]);
    await inView('.wizard-footer .button-primary');
    expect(found).toEqual([]);
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
});
