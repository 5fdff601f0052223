import type { Page } from '@playwright/test';

/** Unfolds a folder in the tree of a disc with the keyboard, and goes to what lies first in it. `holds`: a name that is seen when it is open. */
export async function unfold(page: Page, folder: string, holds: string): Promise<void> {
  const tree = page.getByRole('treegrid');
  await tree.getByRole('row', { name: folder }).focus();
  await page.keyboard.press('ArrowRight');
  await tree.getByRole('row', { name: holds }).waitFor();
  await page.keyboard.press('ArrowDown');
}
