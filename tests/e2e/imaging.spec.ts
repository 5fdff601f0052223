import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { startProgram, type RunningProgram } from './window.ts';
import { begin, captureInWindow, reportShown, restoreInWindow } from './wizard.ts';

const MIB = 1 << 20;
let program: RunningProgram;
test.afterEach(() => program.close());

test('a practice disk is imaged in the window, the image verified, and restored to a larger disk', async () => {
  program = await startProgram({ practice: [{ name: 'small', size: 128 * MIB }, { name: 'large', size: 256 * MIB }] });
  const { page, folder, practiceFolder } = program;
  const images = join(folder, 'images');
  mkdirSync(images);

  await captureInWindow(program, 'small', images, 'bench-small');
  expect(readdirSync(images)).toContain('bench-small.qcow2');
  expect(existsSync(join(images, 'bench-small.qcow2.json'))).toBe(true);

  await page.locator('.header-home').click();
  await begin(page, 'library');
  await page.getByRole('button', { name: 'Verify…: bench-small.qcow2' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Verify', exact: true }).click();
  await reportShown(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The image is good');

  await restoreInWindow(program, 'large');
  // The first MiB holds the boot code and the table's entries; a larger disk only moves the backup.
  const [small, large] = ['small', 'large'].map((disk) => readFileSync(join(practiceFolder, `${disk}.img`)));
  expect(Buffer.compare(large!.subarray(4096, MIB), small!.subarray(4096, MIB))).toBe(0);
});
