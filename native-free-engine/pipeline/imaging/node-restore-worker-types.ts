import type { PlainError } from '../../base/errors.ts';
import type { ImageAddress, SharedSums } from './node-restore-reader.ts';
import type { SharedItems, SharedMoves } from './restore-work.ts';
import type { DeviceAddress } from './types.ts';

/** One target as the workers see it. */
export interface WorkTarget {
  readonly address: DeviceAddress;
  readonly moves: SharedMoves;
  /** Bytes of the image that were on it when this run began: everything before. */
  readonly start: number;
  /** Starts and ends of used bytes that this target does not get, two by two, ascending. */
  readonly omitted: Float64Array<SharedArrayBuffer>;
  /** For pieces of work that no hash of the image covers: a digest of the bytes written. Null when none are wanted. */
  readonly recorded: Uint8Array<SharedArrayBuffer> | null;
}

/** Everything here is shared, and cheap to hand over. */
export interface RestoreWork {
  readonly mode: 'write' | 'verify';
  readonly image: ImageAddress;
  readonly sums: SharedSums | null;
  readonly items: SharedItems;
  /** The first piece of work to do. */
  readonly first: number;
  readonly targets: readonly WorkTarget[];
  /** All targets get the same bytes, so small gaps of one are gaps of all. */
  readonly uniform: boolean;
  /** By piece of work: 1 once it is on every target that has not failed (or is checked there). */
  readonly done: Uint8Array<SharedArrayBuffer>;
  /** By target: 1 once it was given up. */
  readonly failed: Int32Array<SharedArrayBuffer>;
  /** By target: bytes moved to it (or checked on it). */
  readonly moved: BigInt64Array<SharedArrayBuffer>;
  /** By worker: what it waits for since when; see WAITING. */
  readonly waitingFor: Int32Array<SharedArrayBuffer>;
  readonly waitingSince: Float64Array<SharedArrayBuffer>;
}

/** Values of `waitingFor`; a target's own is its index. */
export const WAITING = { nothing: -1, image: -2 } as const;

export interface RestoreMessage {
  readonly target: number;
  readonly error: PlainError;
}

/** Bytes of a recorded digest: the first half of SHA-256, which is enough to find a fault. */
export const DIGEST_BYTES = 16;
