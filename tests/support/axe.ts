import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What another theme and another language can break on a page whose structure was looked at in the first ones. */
const COLOURS_AND_LANGUAGE = ['color-contrast', 'link-in-text-block', 'html-has-lang', 'html-lang-valid', 'valid-lang'];

/**
 * What axe finds serious or critical on a page without frames, a line for each rule.
 * @param seen the same page has been looked at in another theme and language: colours and language are what is left
 */
export async function seriousFaults(page: Page, seen: 'new' | 'seen in another theme' = 'new'): Promise<string[]> {
  // Half a megabyte of script: once in a page is enough, and then a script without effect takes its place.
  const loaded = await page.evaluate(() => 'axe' in globalThis);
  const runOnly = seen === 'new' ? { type: 'tag', values: RULES } as const : { type: 'rule', values: COLOURS_AND_LANGUAGE } as const;
  const builder = new AxeBuilder({ page, ...(loaded ? { axeSource: 'undefined' } : {}) });
  // Legacy mode: the other way opens a page of its own, which costs twice the time, and which Electron has no way to.
  const { violations } = await builder.setLegacyMode(true).options({ runOnly, resultTypes: ['violations'] }).analyze();
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
}
