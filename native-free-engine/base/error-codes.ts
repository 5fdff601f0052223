/**
 * The one table of everything that can go wrong. `category` decides the exit
 * code of the command line; `retryable` says whether the same act may succeed
 * when it is simply tried again. Titles and remedies live in
 * resources/locales/{en,nl}/errors.json under the same key; a test counts them.
 */
export type ErrorCategory = 'usage' | 'refused' | 'source' | 'target' | 'verify' | 'rights' | 'internal';

interface ErrorEntry {
  readonly category: ErrorCategory;
  readonly retryable: boolean;
}

const entry = (category: ErrorCategory, retryable = false): ErrorEntry => ({ category, retryable });

export const ERROR_CODES = {
  // what the user asked for
  'argument-invalid': entry('usage'),
  'confirmation-needed': entry('usage'),

  // the image to write
  'image-not-found': entry('source'),
  'image-unreadable': entry('source', true),
  'image-empty': entry('source'),
  'image-truncated': entry('source'),
  'image-corrupt': entry('source'),
  'image-changed': entry('source'),
  'image-format-unsupported': entry('source'),
  'image-windows-iso': entry('source'),
  'image-not-hybrid-iso': entry('source'),
  'container-too-deep': entry('source'),
  'zip-no-image': entry('source'),
  'zip-several-images': entry('source'),
  'zip-encrypted': entry('source'),
  'zip-unsupported': entry('source'),
  'checksum-malformed': entry('usage'),
  'checksum-mismatch': entry('verify'),
  'bmap-malformed': entry('source'),
  'bmap-size-mismatch': entry('source'),
  'bmap-checksum-mismatch': entry('verify'),
  'http-unreachable': entry('source', true),
  'http-status': entry('source', true),
  'http-size-changed': entry('source'),
  'http-redirect-refused': entry('source'),
  'http-no-range': entry('source'),

  // choosing a disk
  'disk-not-found': entry('refused'),
  'disk-ambiguous': entry('refused'),
  'disk-is-system': entry('refused'),
  'disk-hidden': entry('refused'),
  'disk-needs-confirmation': entry('refused'),
  'disk-changed': entry('refused'),
  'disk-busy': entry('refused', true),
  'disk-list-failed': entry('internal', true),
  'image-on-target': entry('refused'),
  'image-larger-than-target': entry('refused'),
  'disk-too-small': entry('refused'),
  'disk-too-large': entry('refused'),

  // while working on a disk
  'target-gone': entry('target', true),
  'target-read-only': entry('target'),
  'target-write-failed': entry('target', true),
  'target-read-failed': entry('target', true),
  'target-flush-failed': entry('target', true),
  'target-stalled': entry('target', true),
  'target-mismatch': entry('verify'),
  'target-in-use': entry('target', true),
  'source-disk-gone': entry('source', true),
  'source-disk-read-failed': entry('source', true),

  // where an image is made
  'destination-full': entry('target'),
  'destination-exists': entry('refused'),
  'destination-unwritable': entry('target'),
  'destination-on-source': entry('refused'),

  // images of disks and their restore
  'allocation-invalid': entry('source'),
  'volume-dirty': entry('refused'),
  'source-mounted': entry('refused', true),
  'source-changed': entry('refused'),
  'source-stalled': entry('source', true),
  'source-unreadable': entry('source'),
  'source-bad-sectors': entry('source'),
  'partition-not-found': entry('usage'),
  'sector-size-mismatch': entry('refused'),
  'restore-too-small': entry('refused'),
  'restore-unfinished': entry('refused'),
  'resume-mismatch': entry('refused'),
  'gpt-copies-disagree': entry('refused'),
  'table-corrupt': entry('refused'),
  'image-manifest-missing': entry('source'),
  'image-manifest-invalid': entry('source'),
  'image-manifest-other': entry('source'),
  'image-cluster-corrupt': entry('verify'),
  'image-parent-missing': entry('source'),
  'image-parent-swapped': entry('source'),
  'image-unfinished': entry('refused'),
  'image-log-dirty': entry('source'),
  'image-part-missing': entry('source'),
  'image-chain-too-long': entry('source'),
  'image-feature-unsupported': entry('source'),
  'image-name-invalid': entry('usage'),
  'image-needed': entry('refused'),
  'image-too-large-for-format': entry('refused'),
  'snapshot-failed': entry('source', true),
  'snapshot-lost': entry('source', true),
  'grow-failed': entry('target', true),

  // rights
  'rights-needed': entry('rights'),
  'elevation-refused': entry('rights'),
  'elevation-unavailable': entry('rights'),

  // structures on a disk
  'struct-out-of-bounds': entry('source'),
  'struct-invalid': entry('source'),
  'mbr-invalid': entry('source'),
  'gpt-invalid': entry('source'),
  'number-unsafe': entry('source'),

  // ourselves
  'engine-host-gone': entry('internal', true),
  'engine-protocol': entry('internal'),
  'tool-missing': entry('internal'),
  'tool-failed': entry('internal', true),
  'unexpected': entry('internal'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;
