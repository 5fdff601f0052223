import { EngineError } from '../base/errors.ts';
import type { ErrorCode } from '../base/error-codes.ts';

const DATA_FAULTS: readonly ErrorCode[] = ['struct-out-of-bounds', 'struct-invalid', 'mbr-invalid', 'gpt-invalid', 'number-unsafe'];

/** True for a fault of what lies on a disk; every other error is a fault of the disk itself, or ours. */
export function isDataFault(error: unknown): error is EngineError {
  return error instanceof EngineError && DATA_FAULTS.includes(error.code);
}
