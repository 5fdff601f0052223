import { entry, type ErrorEntry } from './entry.ts';

/** What Windows media, discs, WIM files and driver packages can meet. Texts: errors-media.json. */
export const MEDIA_CODES = {
  // WIM files
  'wim-not-one': entry('source'),
  'wim-pipable': entry('source'),
  'wim-unsupported': entry('source'),
  'wim-invalid': entry('source'),
  'wim-truncated': entry('source'),
  'wim-too-large': entry('source'),
  'wim-folders-loop': entry('source'),
  'wim-parts-mixed': entry('source'),
  'wim-image-not-found': entry('usage'),
  'wim-data-missing': entry('source'),
  'wim-checksum-mismatch': entry('verify'),
  'wim-solid': entry('refused'),
  'wim-is-split': entry('refused'),
  'wim-changed': entry('refused'),
  'wim-part-too-small': entry('refused'),

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
  'tree-entry-in-the-way': entry('refused'),

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

  // FAT32 trees and Windows sticks
  'fat-name-illegal': entry('source'),
  'fat-name-collision': entry('source'),
  'fat-file-too-large': entry('source'),
  'fat-folder-full': entry('source'),
  'media-too-small': entry('refused'),
  'media-bios-sector-size': entry('refused'),
  // answer files and what else customises Windows
  'answer-file-malformed': entry('source'),
  'answer-file-options': entry('usage'),
  'answer-file-conflict': entry('usage'),
  'answer-file-text': entry('usage'),
  'answer-file-computer-name': entry('usage'),
  'answer-file-account': entry('usage'),
  'answer-file-locale': entry('usage'),
  'answer-file-keyboard': entry('usage'),
  'answer-file-time-zone': entry('usage'),
  'answer-file-product-key': entry('usage'),
  'answer-file-edition': entry('usage'),
  'answer-file-join': entry('usage'),
  'answer-file-disk': entry('usage'),
  'answer-file-command-too-long': entry('usage'),
  'autopilot-invalid': entry('source'),
  'update-policy-invalid': entry('usage'),

  // driver packages
  'inf-invalid': entry('source'),
  'inf-too-large': entry('source'),
  'inf-strings-loop': entry('source'),
  'driver-folder-missing': entry('source'),
  'driver-folder-too-large': entry('source'),
  'driver-none': entry('source'),
  'hardware-id-invalid': entry('usage'),
} as const satisfies Record<string, ErrorEntry>;
