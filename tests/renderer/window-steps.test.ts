/// <reference types="node" />
import type { Page } from '@playwright/test';
import type { Disk } from '../../src/contract/index.ts';
import { expect } from 'vitest';
import { seriousFaults } from '../support/axe.ts';
import { DISKS } from './harness/data.ts';
import { LISTING } from './harness/imaging-data.ts';
import { open, openAside, page, test } from './harness/stand-in.ts';
import { walkThrough } from './harness/walk.ts';
import { DRIVERS } from './harness/winpe-data.ts';

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
    const walker = await openAside({ systemLanguage: language }, { viewport: { width: 900, height: 640 }, colorScheme: theme });
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
