import { EngineError, errnoOf } from '../base/errors.ts';

/** What goes wrong with a file that is made, by name: `destination-full`, `destination-unwritable`. What has a name keeps it. */
export function destinationError(path: string, error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const errno = errnoOf(error);
  const full = errno === 'ENOSPC' || errno === 'EDQUOT' || errno === 'EFBIG';
  return new EngineError(full ? 'destination-full' : 'destination-unwritable', { path, errno }, { cause: error });
}
