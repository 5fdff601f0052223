import { entry, type ErrorEntry } from './entry.ts';

/** What Windows media, discs, WIM files and driver packages can meet. Texts: errors-media.json. */
export const MEDIA_CODES = {
  'wim-invalid': entry('source'),

  // trees of files
  'file-unreadable': entry('source', true),
  'file-changed': entry('source', true),
  'tree-too-large': entry('source'),
  'tree-too-deep': entry('source'),
  'tree-name-unsafe': entry('source'),
  'tree-name-twice': entry('source'),
  'tree-name-illegal': entry('target'),
  'tree-names-collide': entry('target'),
  'tree-entry-missing': entry('usage'),

  // discs, read and made
  'disc-unknown': entry('source'),
  'disc-invalid': entry('source'),
  'disc-loop': entry('source'),
  'disc-truncated': entry('source'),
  'disc-feature-unsupported': entry('source'),
  'disc-file-too-large': entry('refused'),
  'disc-name-too-long': entry('refused'),
  'disc-too-large': entry('refused'),
  'disc-boot-image-invalid': entry('refused'),
  'disc-boot-image-missing': entry('refused'),
} as const satisfies Record<string, ErrorEntry>;
