import type { ErrorEntry } from './codes/entry.ts';
import { GENERAL_CODES } from './codes/general.ts';
import { MEDIA_CODES } from './codes/media.ts';
import { PREFLIGHT_CODES } from './codes/preflight.ts';

export type { ErrorCategory } from './codes/entry.ts';

/**
 * Everything that can go wrong, one file an area in codes/. `category` decides the exit
 * code of the command line; `retryable` says whether the same act may succeed
 * when it is simply tried again. Titles and remedies live in
 * resources/locales/{en,nl}/errors*.json under the same key; a test counts them.
 */
export const ERROR_CODES = { ...GENERAL_CODES, ...MEDIA_CODES, ...PREFLIGHT_CODES } as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;
