import { EngineError } from '../base/errors.ts';

/** @param format the container's name for people: `gzip`, `xz`, `bzip2`, `zstd`, `zip` */
export const corrupt = (format: string, cause?: unknown): EngineError =>
  new EngineError('image-corrupt', { format }, cause === undefined ? {} : { cause });

export const truncated = (format: string): EngineError => new EngineError('image-truncated', { format });

/** Any thrown value as an error that can be kept and thrown again. */
export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** A packing that is sound but that this program does not unpack. */
export const unsupported = (format: string): EngineError => new EngineError('image-format-unsupported', { format });
