/// <reference types="node" />
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { walkThrough, WALKS, type Walk } from './walk.ts';
import { startHarness } from './window.ts';

/** Pictures of every step: `node tests/renderer/harness/screenshots.ts FOLDER [en|nl] [light|dark] [least|small|large|largest|zoomed] [WIZARD...]`. */
const [folder = '', ...wanted] = process.argv.slice(2);
if (!folder) throw new Error('say in which folder the pictures go');
await mkdir(folder, { recursive: true });
const only = <T extends string>(all: readonly T[]): readonly T[] => (all.some((one) => wanted.includes(one)) ? all.filter((one) => wanted.includes(one)) : all);
/** `zoomed` is a window of 1280 by 800 at 200 %. */
const SIZES = {
  least: { width: 900, height: 600 }, small: { width: 1024, height: 700 }, large: { width: 1280, height: 800 }, largest: { width: 1920, height: 1200 }, zoomed: { width: 640, height: 400 },
} as const;

const harness = await startHarness();
try {
  for (const language of only(['en', 'nl'] as const)) {
    for (const theme of only(['light', 'dark'] as const)) {
      for (const size of only(Object.keys(SIZES) as (keyof typeof SIZES)[])) {
        const page = await harness.open({ systemLanguage: language, preview: false }, { viewport: SIZES[size], colorScheme: theme });
        await walkThrough(page, language, async (step) => {
          await page.screenshot({ path: join(folder, `${step}-${language}-${theme}-${size}.png`) });
        }, only(Object.keys(WALKS) as Walk[]));
        await page.context().close();
      }
    }
  }
} finally {
  await harness.close();
}
