import { EngineError } from '../../base/errors.ts';
import type { SyncDevice } from '../../io/node-sync-device.ts';

/** How often a place is read again before it is given up. */
const RETRIES = 2;

/** The smallest piece that is asked for; disks of today keep an error to a physical sector. */
const SMALLEST = 4096;

/** So many unreadable pieces in a row, with nothing good between them, are a dead disk and not bad sectors. */
export const DEAD_AFTER = 2048;

export interface BadSectorWatch {
  /** A place is being read again, or no longer. */
  retrying(now: boolean): void;
  /** Bytes given up: they are zeros in the image. @throws EngineError `source-unreadable` when there have been too many */
  lost(offset: number, length: number): void;
  /** Something could be read. */
  good(): void;
}

/**
 * Fills `buffer` from byte `offset`. What cannot be read is asked for again,
 * then in halves down to single sectors; what then is still unreadable becomes
 * zeros and is reported.
 * @throws EngineError when the disk is gone or has become smaller
 */
export function readAround(device: SyncDevice, offset: number, buffer: Uint8Array, watch: BadSectorWatch): void {
  if (attempt(device, offset, buffer, 0)) {
    watch.good();
    return;
  }
  watch.retrying(true);
  try {
    salvage(device, offset, buffer, watch);
  } finally {
    watch.retrying(false);
  }
}

function salvage(device: SyncDevice, offset: number, buffer: Uint8Array, watch: BadSectorWatch): void {
  const smallest = buffer.length <= SMALLEST;
  if (attempt(device, offset, buffer, smallest ? RETRIES : 0)) {
    watch.good();
  } else if (smallest) {
    buffer.fill(0);
    watch.lost(offset, buffer.length);
  } else {
    const half = Math.ceil(buffer.length / 2 / SMALLEST) * SMALLEST;
    salvage(device, offset, buffer.subarray(0, half), watch);
    salvage(device, offset + half, buffer.subarray(half), watch);
  }
}

function attempt(device: SyncDevice, offset: number, buffer: Uint8Array, retries: number): boolean {
  for (let round = 0; ; round++) {
    try {
      device.readSync(offset, buffer);
      return true;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (error.code === 'target-gone') throw new EngineError('source-disk-gone', error.params, { cause: error });
      if (error.params['errno'] === 'END') throw new EngineError('source-changed', { disk: String(error.params['path'] ?? ''), what: 'size' }, { cause: error });
      if (error.code !== 'target-read-failed') throw error;
      if (round >= retries) return false;
    }
  }
}
