import { EngineError } from '../../base/errors.ts';

/** Faults of WIM files, all with the path of the file at fault. */

/** @param detail what contradicts what, for the log; the texts do not show it */
export const wimInvalid = (path: string, detail: string, cause?: unknown): EngineError => new EngineError('wim-invalid', { path, detail }, { cause });

/** Something lies, by the file's own account, where the file has ended. */
export const wimTruncated = (path: string, detail: string): EngineError => new EngineError('wim-truncated', { path, detail });

export const wimUnsupported = (path: string, feature: string): EngineError => new EngineError('wim-unsupported', { path, feature });

/** More than a sane WIM holds: read, it would fill the memory. */
export const wimTooLarge = (path: string, what: string, bytes: number): EngineError => new EngineError('wim-too-large', { path, what, bytes });
