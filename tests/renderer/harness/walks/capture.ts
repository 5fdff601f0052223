import type { Walker } from './walker.ts';

/** An image of a disk, with checks that find something. */
export async function walkCapture({ page, at, next, act, run, checked, planned, running, reported, change }: Walker): Promise<void> {
  await page.locator('.big-job-capture').click();
  await page.getByRole('radio', { name: /Kingston/ }).press('Space');
  await at('30-capture-disk');
  await next();
  await page.locator('.partition-line').nth(2).locator('input').press('Space');
  await at('31-capture-partition-out');
  await page.locator('.partition-line').nth(2).locator('input').press('Space');
  await at('32-capture-partitions');
  await next();
  await page.locator('.field input.mono').filter({ visible: true }).first().waitFor();
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.field input.mono')?.value !== '');
  await at('33-capture-destination');
  await page.locator('.fold-button').click();
  await page.locator('.fold-panel').scrollIntoViewIfNeeded();
  await at('34-capture-options');
  await page.locator('.field input.mono').fill('image-2');
  await page.locator('.name-advice').waitFor();
  await page.locator('.name-check').scrollIntoViewIfNeeded();
  await at('34-capture-name-advice', 'part');
  await page.locator('.name-check button').click();
  await page.locator('.name-fine').waitFor();
  await change((harness) => {
    harness.checks = 'trouble';
  });
  await next();
  await page.locator('.check-card').first().waitFor();
  await checked();
  await at('35-check-trouble');
  const content = page.locator('.wizard-content');
  for (const [index, name] of ['smart', 'encryption', 'end'].entries()) {
    await content.evaluate((element, part) => element.scrollTo(0, part === 2 ? element.scrollHeight : 640 * (part + 1)), index);
    await at(`35-check-${name}`, 'part');
  }
  await page.locator('.way-tab').nth(2).click();
  await page.locator('.way-tabs').scrollIntoViewIfNeeded();
  await at('35-check-ways');
  await page.locator('.remedy-act', { has: page.locator('.remedy-commands') }).getByRole('button').click();
  await page.locator('.fine-list').waitFor({ state: 'attached' });
  await page.locator('.scan-list button').last().click();
  await page.locator('.surface').waitFor();
  await page.locator('.surface').scrollIntoViewIfNeeded();
  await at('35-check-surface');
  await change((harness) => {
    harness.solved.push('power');
  });
  await page.locator('.check-card-stop .check-head button').click();
  await page.locator('.check-card-stop').waitFor({ state: 'detached' });
  for (const box of await page.locator('.check-accept').getByRole('checkbox').all()) await box.press('Space');
  await content.evaluate((element) => element.scrollTo(0, 0));
  await at('35-check-accepted', 'part');
  await next();
  await planned();
  await at('35-capture-plan');
  await page.locator('.confirmation input').first().press('Space');
  await page.locator('.plan-steps').scrollIntoViewIfNeeded();
  await at('36-capture-plan-end', 'part');
  await act();
  await running();
  await change((harness) => {
    harness.happened = [
      { at: '2026-11-21T09:14:07.000Z', code: 'device-arrived', params: { disk: 'SanDisk Ultra USB 3.0', size: 31_914_983_424, path: '/dev/sdf' } },
      { at: '2026-11-21T09:16:31.000Z', code: 'mains-lost', params: {} },
    ];
  });
  await run(0, 28);
  await at('37-capture-progress');
  await run(30, 70);
  await reported();
  await at('38-capture-report');
  await page.locator('.report-checks').scrollIntoViewIfNeeded();
  await at('38-capture-report-checks', 'part');
  await change((harness) => {
    harness.checks = 'fine';
    harness.happened = [];
  });
}
