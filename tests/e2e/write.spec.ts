import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { noise } from '../support/fake-image.ts';
import { serveSlowly, type SlowServer } from '../labs/slow-server.ts';
import { startWriting } from './wizard.ts';
import { startProgram, type RunningProgram } from './window.ts';

const MIB = 1 << 20;
let program: RunningProgram;
let server: SlowServer | undefined;
test.afterEach(async () => {
  await program.close();
  server?.close();
});

/** A write that takes a minute, unless its image comes faster. */
async function startSlowWriting({ page, folder }: RunningProgram): Promise<{ readonly bytes: Uint8Array; readonly server: SlowServer }> {
  const bytes = noise(64 * MIB, 9);
  const image = join(folder, 'image.img');
  writeFileSync(image, bytes);
  server = await serveSlowly(image, MIB);
  await startWriting(page, server.url, ['one']);
  await page.getByRole('progressbar').first().waitFor();
  return { bytes, server };
}

test('an image is written to two practice disks, verified, and the report saved', async () => {
  program = await startProgram({ practice: [{ name: 'one', size: 128 * MIB }, { name: 'two', size: 128 * MIB }] });
  const { page, folder, practiceFolder } = program;
  const bytes = noise(24 * MIB, 4);
  const image = join(folder, 'image.img');
  writeFileSync(image, bytes);
  await startWriting(page, image, ['one', 'two']);
  await expect(page.getByRole('button', { name: /Save as HTML/ })).toBeVisible();
  for (const name of ['one', 'two']) {
    expect(Buffer.compare(readFileSync(join(practiceFolder, `${name}.img`)).subarray(0, bytes.length), bytes)).toBe(0);
  }
  const saved = join(folder, 'report.html');
  await program.chooses(saved);
  await page.getByRole('button', { name: /Save as HTML/ }).click();
  await expect.poll(() => { try { return readFileSync(saved, 'utf8').includes('<html'); } catch { return false; } }).toBe(true);
});

test('the window may crash while a disk is written: the job goes on and is found again', async () => {
  program = await startProgram({ practice: [{ name: 'one', size: 96 * MIB }] });
  const { app, practiceFolder } = program;
  const { bytes, server } = await startSlowWriting(program);
  const engineBefore = await app.evaluate(() => process.pid);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.webContents.forcefullyCrashRenderer());
  server.setSpeed(null);
  // A page that crashed stays crashed for its driver; the main process can see the new one.
  await expect.poll(
    () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript('document.body.innerText').catch(() => '') as Promise<string>),
    { timeout: 180_000 },
  ).toMatch(/Written and verified|\bDone\b/);
  expect(await app.evaluate(() => process.pid)).toBe(engineBefore);
  expect(Buffer.compare(readFileSync(join(practiceFolder, 'one.img')).subarray(0, bytes.length), bytes)).toBe(0);
});

test('closing the window during a job asks first', async () => {
  program = await startProgram({ practice: [{ name: 'one', size: 96 * MIB }] });
  const { app, page } = program;
  await startSlowWriting(program);
  await program.answers(2);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close());
  await expect.poll(() => program.messageBoxes()).toBe(1);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  await page.getByRole('button', { name: 'Stop the job…' }).click();
  await page.getByRole('button', { name: 'Stop the job', exact: true }).click();
  await expect(page.getByRole('button', { name: /Save as HTML/ })).toBeVisible();
});
