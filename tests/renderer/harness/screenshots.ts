/// <reference types="node" />
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { walkThrough } from './walk.ts';
import { startHarness } from './window.ts';

/** Pictures of every step: `node tests/renderer/harness/screenshots.ts FOLDER [en|nl] [light|dark] [small|large]`. */
const [folder = '', ...wanted] = process.argv.slice(2);
if (!folder) throw new Error('say in which folder the pictures go');
await mkdir(folder, { recursive: true });
const only = <T extends string>(all: readonly T[]): readonly T[] => (all.some((one) => wanted.includes(one)) ? all.filter((one) => wanted.includes(one)) : all);
const SIZES = { small: { width: 1024, height: 700 }, large: { width: 1280, height: 800 } } as const;

const harness = await startHarness();
try {
  for (const language of only(['en', 'nl'] as const)) {
    for (const theme of only(['light', 'dark'] as const)) {
      for (const size of only(['small', 'large'] as const)) {
        const page = await harness.open({ systemLanguage: language, preview: false }, { viewport: SIZES[size], colorScheme: theme });
        await walkThrough(page, language, async (step) => {
          await page.screenshot({ path: join(folder, `${step}-${language}-${theme}-${size}.png`) });
        });
        await page.context().close();
      }
    }
  }
} finally {
  await harness.close();
}
