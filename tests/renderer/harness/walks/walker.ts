import type { Page } from '@playwright/test';
import type { Harness } from '../harness.ts';

/** `part`: another part of the step before, scrolled to: a picture, nothing new to look into. */
export type At = (step: string, part?: 'part') => Promise<void>;

/** What a walk through a wizard is made of, by what things are: it works in both languages. Each walk begins on the home screen. */
export interface Walker {
  readonly page: Page;
  readonly language: 'en' | 'nl';
  readonly at: At;
  next(): Promise<void>;
  home(): Promise<void>;
  /** Presses the button that starts the plan. */
  act(): Promise<void>;
  /** Types where something is, and has it looked at. */
  type(location: string): Promise<void>;
  /** Takes the newest job to so many seconds from its start. */
  jump(seconds: number): Promise<void>;
  /** The same in steps, so that there is a curve. */
  run(from: number, to: number): Promise<void>;
  /** Each waits until that is on the screen. */
  checked(): Promise<void>;
  planned(): Promise<void>;
  running(): Promise<void>;
  reported(): Promise<void>;
  /** Runs in the window. */
  change(act: (harness: Harness) => void): Promise<void>;
}

export function createWalker(page: Page, language: 'en' | 'nl', at: At): Walker {
  const jump = (seconds: number): Promise<void> => page.evaluate((to) => {
    const { harness } = window as unknown as { harness: Harness };
    harness.pace = 0;
    harness.jump([...harness.jobs.keys()].at(-1)!, to);
  }, seconds);
  return {
    page, language, at, jump,
    next: () => page.locator('.wizard-footer .button-primary').click(),
    home: () => page.locator('.header-home').click(),
    act: () => page.locator('.wizard-footer [data-act]').click(),
    async type(location) {
      await page.locator('.image-typed input').fill(location);
      await page.keyboard.press('Enter');
    },
    async run(from, to) {
      for (let second = from; second <= to; second += 5) {
        await jump(second);
        // The window shows the newest of several: each of these is to become a point of the curve.
        await page.waitForTimeout(220);
      }
    },
    checked: () => page.locator('.check-summary .verdict-mark').waitFor(),
    async planned() {
      await page.locator('.plan-steps').waitFor();
      // The button that starts waits for a moment: it is to be seen as it stays.
      await page.waitForTimeout(800);
    },
    running: () => page.getByRole('progressbar').first().waitFor(),
    reported: () => page.locator('.outcome').waitFor(),
    change: (act) => page.evaluate(`(${act.toString()})(window.harness)`),
  };
}
