import type { Settings } from '../../../../src/contract/index.ts';
import { IMAGE } from '../data.ts';
import { harness } from '../harness.ts';

/** The program itself: its settings, its dialogs and what they save. */
export const appAnswers = {
  'app.info': () => ({ version: '0.1.0', platform: 'linux', systemLanguage: harness.systemLanguage, preview: harness.preview }),
  'settings.get': () => harness.settings,
  'settings.set': (change: Partial<Settings>) => (harness.settings = { ...harness.settings, ...change }),
  'dialog.image': () => IMAGE.location,
  'dialog.file': () => '/home/anna/autounattend.xml',
  'dialog.destination': ({ suggested }: { suggested: string }) => `/home/anna/images/${suggested}`,
  'dialog.folder': () => '/home/anna/oefenschijven',
  'report.save': ({ format }: { format: string }) => `/home/anna/tickets/werkbank-2026-11-21.${format}`,
  'report.show': () => null,
};
