import { EngineError } from '../base/errors.ts';

/** Faults of image files, all with the path of the file at fault. */

/** @param detail which field, for the log; the texts do not show it */
export const imageCorrupt = (format: string, path: string, detail: string): EngineError => new EngineError('image-corrupt', { format, path, detail });

/** Something lies, by the file's own account, where the file has ended. */
export const imageTruncated = (format: string, path: string, detail: string): EngineError => new EngineError('image-truncated', { format, path, detail });

/** @param feature as its specification calls it */
export const imageUnsupported = (path: string, feature: string): EngineError => new EngineError('image-feature-unsupported', { path, feature });

/** @param offset of the disk, bytes */
export const clusterCorrupt = (path: string, offset: number): EngineError => new EngineError('image-cluster-corrupt', { path, offset });
