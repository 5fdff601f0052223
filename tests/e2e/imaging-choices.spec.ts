import { execFileSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, readSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { toolEnv } from '../labs/tool.ts';
import { noise } from '../support/fake-image.ts';
import { need } from './need.ts';
import { inflatePracticeDisk } from './practice-image.ts';
import { startProgram, type RunningProgram } from './window.ts';
import { agreeAndStart, begin, choose, next, passChecks, reportShown } from './wizard.ts';

const MIB = 1 << 20;
let program: RunningProgram | undefined;
test.afterEach(() => program?.close());

/** From the home screen to the checks: all of a disk, into a folder under this name. */
async function askFor(program: RunningProgram, disk: string, folder: string, name: string, options: { readonly limit?: string; readonly known?: boolean } = {}): Promise<void> {
  const { page } = program;
  await begin(page, 'capture');
  await choose(page, disk);
  await next(page);
  await next(page);
  if (!options.known) {
    await program.chooses(folder);
    await page.locator('.empty .button-primary').click();
  }
  const field = page.locator('.field input.mono');
  await expect(field).not.toHaveValue('');
  await field.fill(name);
  if (options.limit !== undefined) {
    await page.getByRole('button', { name: /^Options/ }).click();
    await page.getByLabel(/^Speed limit/).fill(options.limit);
  }
}

/** A practice disk whose backup partition table still has an older name of a partition. Both copies are whole. */
function disagreeing(folder: string): void {
  const path = join(folder, 'two-tables.img');
  cpSync(inflatePracticeDisk(), path);
  const { size } = statSync(path);
  const file = openSync(path, 'r+');
  const backup = Buffer.alloc(33 * 512);
  readSync(file, backup, 0, backup.length, size - backup.length);
  execFileSync('sgdisk', ['--change-name=1:Renamed', path], { env: toolEnv });
  writeSync(file, backup, 0, backup.length, size - backup.length);
  closeSync(file);
}

need({ tools: ['sgdisk'] })('two copies of the partition table that disagree are asked about, and the chosen one is taken', async () => {
  program = await startProgram({ prepare: disagreeing });
  const { page, folder } = program;
  const images = join(folder, 'images');
  mkdirSync(images);
  await askFor(program, 'two-tables', images, 'chosen');
  await next(page);
  await passChecks(page);
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByRole('radio', { name: /^The backup, at the end/ }).press('Space');
  await agreeAndStart(page);
  await reportShown(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The image is made');
  const manifest = readFileSync(join(images, 'chosen.qcow2.json'), 'utf8');
  expect(manifest).not.toContain('Renamed');
});

test('an image that is slowed down and stopped is gone on with', async () => {
  program = await startProgram({ prepare: (folder) => writeFileSync(join(folder, 'noise.img'), noise(160 * MIB, 5)) });
  const { page, folder } = program;
  const images = join(folder, 'images');
  mkdirSync(images);
  await askFor(program, 'noise', images, 'stopped', { limit: '3' });
  await next(page);
  await passChecks(page);
  await agreeAndStart(page);
  // A minute's work at this speed: time to be stopped in.
  await expect(page.locator('.phase-percent')).toHaveText(/^([1-9]|\d\d)%$/);
  await page.getByRole('button', { name: 'Stop the job…' }).click();
  await page.getByRole('button', { name: 'Stop the job', exact: true }).click();
  await reportShown(page);
  await page.locator('.header-home').click();
  await askFor(program, 'noise', images, 'stopped', { limit: '1', known: true });
  await page.getByRole('radio', { name: /^Go on with it/ }).press('Space');
  await next(page);
  await passChecks(page);
  await agreeAndStart(page);
  // At this speed it would take minutes.
  await page.getByRole('radio', { name: 'None', exact: true }).press('Space');
  await reportShown(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The image is made');
});
