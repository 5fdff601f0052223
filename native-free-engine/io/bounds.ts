import { EngineError } from '../base/errors.ts';

/** @throws EngineError `struct-out-of-bounds`, saying which range was wanted and which there is */
export function checkRange(struct: string, offset: number, length: number, size: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0 || length < 0 || offset + length > size) {
    throw new EngineError('struct-out-of-bounds', { wanted: `${offset}+${length}`, available: size }, { place: { struct, offset } });
  }
}
