import type { Page } from '@playwright/test';
import { walkCapture } from './walks/capture.ts';
import { walkDrivers } from './walks/drivers.ts';
import { walkExtract } from './walks/extract.ts';
import { walkFormat } from './walks/format.ts';
import { walkHistory } from './walks/history.ts';
import { walkIso } from './walks/iso.ts';
import { walkLibrary } from './walks/library.ts';
import { walkRead } from './walks/read.ts';
import { walkRestore } from './walks/restore.ts';
import { createWalker, type At } from './walks/walker.ts';
import { walkWindowsStick } from './walks/windows-stick.ts';
import { walkWinpe } from './walks/winpe.ts';
import { walkWrite } from './walks/write.ts';

/** Every wizard, and the history of jobs. */
export const WALKS = {
  write: walkWrite, format: walkFormat, read: walkRead, capture: walkCapture, history: walkHistory, library: walkLibrary, restore: walkRestore,
  'windows-stick': walkWindowsStick, winpe: walkWinpe, drivers: walkDrivers, iso: walkIso, extract: walkExtract,
} as const;

export type Walk = keyof typeof WALKS;

/** Goes through every step of these wizards, and calls `at` on each. */
export async function walkThrough(page: Page, language: 'en' | 'nl', at: At, walks: readonly Walk[] = Object.keys(WALKS) as Walk[]): Promise<void> {
  const walker = createWalker(page, language, at);
  for (const walk of walks) {
    await WALKS[walk](walker);
    await walker.home();
  }
}
