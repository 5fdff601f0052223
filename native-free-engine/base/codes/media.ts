import { entry, type ErrorEntry } from './entry.ts';

/** What Windows media, discs, WIM files and driver packages can meet. Texts: errors-media.json. */
export const MEDIA_CODES = {
  'wim-invalid': entry('source'),
} as const satisfies Record<string, ErrorEntry>;
