/// <reference types="node" />
import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Disk } from '../../../src/contract/index.ts';
import { findChromium } from '../../electron-stand-in/chromium/find-chromium.ts';
import { need } from '../../support/need.ts';
import { IMAGE } from './data.ts';
import type { Harness } from './harness.ts';
import { startHarness, type WindowHarness } from './window.ts';

/** For tests of the window with a stand-in for everything behind it: whoever imports this has a browser for its tests, each of which opens a window of its own. */
export const test = need({ tools: ['chromium'] });
const CHROMIUM = findChromium();

let harness: WindowHarness | undefined;
/** The window of the test that runs. */
export let page: Page;

beforeAll(async () => {
  if (CHROMIUM !== null) harness = await startHarness(CHROMIUM);
});
afterAll(() => harness?.close());
afterEach(() => page?.context().close());

/** What a script in the page finds. */
export type Harnessed = { harness: Harness };

export const calls = (page: Page, name: string) =>
  page.evaluate((wanted) => (window as unknown as Harnessed).harness.calls.filter((call) => call.name === wanted).map((call) => call.input), name);

/** Opens a window beside that of the test; who does so closes it. */
export const openAside = (...options: Parameters<WindowHarness['open']>) => harness!.open(...options);

export const open = async (...options: Parameters<WindowHarness['open']>) => {
  page = await openAside(...options);
  return page;
};

/** The text of the heading that has the focus. */
export const heading = () => page.evaluate(() => document.activeElement?.tagName === 'H1' && document.activeElement.textContent);

export const press = async (...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

/** Everything is in order: one key goes on. */
export const passChecks = async () => {
  await page.getByText('Everything is in order').waitFor();
  await press('Enter');
};

export const inspect = async () => {
  await page.getByRole('button', { name: /^Write an image/ }).click();
  await page.getByLabel('Path or web address').fill(IMAGE.location);
  await press('Enter');
  await page.getByRole('heading', { name: IMAGE.name }).waitFor();
};

/** Goes through the wizard until the machine is checked before the image is written to these disks. */
export const toChecks = async (...disks: readonly RegExp[]) => {
  await inspect();
  await press('Enter');
  for (const disk of disks) await page.getByRole('checkbox', { name: disk }).press('Space');
  await press('Enter');
};

/** Goes through the wizard until the image is being written to these disks. */
export const startWriting = async (...disks: readonly RegExp[]) => {
  await toChecks(...disks);
  await passChecks();
  await page.getByRole('button', { name: /^Erase and write/ }).click();
  await page.getByRole('progressbar', { name: 'The whole job' }).waitFor();
};

/** These disks are there now, and no others. */
export const plugged = (disks: readonly Disk[]) => page.evaluate((list) => (window as unknown as Harnessed).harness.emit('disks', list), disks);
