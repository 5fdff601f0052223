import { entry, type ErrorEntry } from './entry.ts';

/** What checks and their remedies can meet. Texts: errors-preflight.json. */
export const PREFLIGHT_CODES = {
  'hive-invalid': entry('source'),
  'ntfs-file-encoded': entry('source'),

  // the checks before a job in the terminal
  'check-stop': entry('refused'),
  'check-acceptable': entry('refused'),

  // remedies
  'remedy-refused': entry('refused'),
  'remedy-failed': entry('target', true),

  // the history of jobs
  'history-unwritable': entry('target', true),
  'history-unreadable': entry('source', true),
  'history-corrupt': entry('source'),
  'history-not-found': entry('usage'),
} as const satisfies Record<string, ErrorEntry>;
