import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { noise } from '../support/fake-image.ts';
import { startWriting } from './wizard.ts';
import { startProgram, type RunningProgram } from './window.ts';

const MIB = 1 << 20;
let program: RunningProgram;
test.afterEach(() => program.close());

test('an image is written to two practice disks, verified, and the report saved', async () => {
  program = await startProgram({ practice: [{ name: 'one', size: 128 * MIB }, { name: 'two', size: 128 * MIB }] });
  const { page, folder, practiceFolder } = program;
  const bytes = noise(24 * MIB, 4);
  const image = join(folder, 'image.img');
  writeFileSync(image, bytes);
  await startWriting(page, image, ['one', 'two']);
  await expect(page.getByRole('button', { name: /Save as HTML/ })).toBeVisible({ timeout: 60_000 });
  for (const name of ['one', 'two']) {
    expect(Buffer.compare(readFileSync(join(practiceFolder, `${name}.img`)).subarray(0, bytes.length), bytes)).toBe(0);
  }
  const saved = join(folder, 'report.html');
  await program.chooses(saved);
  await page.getByRole('button', { name: /Save as HTML/ }).click();
  await expect.poll(() => { try { return readFileSync(saved, 'utf8').includes('<html'); } catch { return false; } }).toBe(true);
});

test('the window may crash while a disk is written: the job goes on and is found again', async () => {
  program = await startProgram({ practice: [{ name: 'one', size: 1024 * MIB }] });
  const { app, folder, practiceFolder } = program;
  const bytes = noise(700 * MIB, 9);
  const image = join(folder, 'image.img');
  writeFileSync(image, bytes);
  await startWriting(program.page, image, ['one']);
  await program.page.getByRole('progressbar').first().waitFor();
  const engineBefore = await app.evaluate(() => process.pid);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.webContents.forcefullyCrashRenderer());
  // A page that crashed stays crashed for its driver; the main process can see the new one.
  await expect.poll(
    () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript('document.body.innerText').catch(() => '') as Promise<string>),
    { timeout: 90_000 },
  ).toMatch(/verified/i);
  expect(await app.evaluate(() => process.pid)).toBe(engineBefore);
  expect(Buffer.compare(readFileSync(join(practiceFolder, 'one.img')).subarray(0, bytes.length), bytes)).toBe(0);
});

test('closing the window during a job asks first', async () => {
  program = await startProgram({ practice: [{ name: 'one', size: 1024 * MIB }] });
  const { app, folder, page } = program;
  const image = join(folder, 'image.img');
  writeFileSync(image, noise(700 * MIB, 9));
  await startWriting(program.page, image, ['one']);
  await page.getByRole('progressbar').first().waitFor();
  await program.answers(2);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close());
  await expect.poll(() => program.messageBoxes()).toBe(1);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByRole('button', { name: 'Stop the job' }).click();
  await expect(page.getByRole('button', { name: /Save as HTML/ })).toBeVisible({ timeout: 10_000 });
});
