import type { Walker } from './walker.ts';

/** Images that are there: converted, renamed, refused to be deleted, verified. */
export async function walkLibrary({ page, at, jump, running, reported }: Walker): Promise<void> {
  await page.locator('.big-job-library').click();
  await page.locator('.library-item').first().waitFor();
  await at('40-library');
  await page.locator('.library-actions').first().scrollIntoViewIfNeeded();
  await at('41-library-images', 'part');
  const actions = page.locator('.library-item').last().locator('.library-actions button');
  await actions.nth(2).click();
  await page.getByRole('dialog').waitFor();
  await at('42-library-convert');
  await page.keyboard.press('Escape');
  await actions.nth(3).click();
  await page.getByRole('dialog').waitFor();
  await at('43-library-rename');
  await page.keyboard.press('Escape');
  await actions.nth(4).click();
  await page.getByRole('alertdialog').locator('.button-danger').click();
  await page.getByRole('alert').waitFor();
  await at('44-library-delete-refused');
  await page.keyboard.press('Escape');
  await actions.nth(1).click();
  await at('46-library-verify');
  await page.getByRole('dialog').locator('.button-primary').click();
  await running();
  await jump(70);
  await reported();
  await at('45-verify-report');
}
