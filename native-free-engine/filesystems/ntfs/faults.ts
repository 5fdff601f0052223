import { EngineError } from '../../base/errors.ts';
import { isDataFault } from '../../struct/index.ts';

export const reject = (structName: string, field: string): EngineError =>
  new EngineError('struct-invalid', { struct: structName, field }, { place: { struct: structName, field } });

export const rejectMap = (reason: string): EngineError => new EngineError('allocation-invalid', { kind: 'ntfs', reason });

/** What is packed and cannot be unpacked is damage like any other. */
export function rejectPacked(structName: string, field: string, unpack: () => void): void {
  try {
    unpack();
  } catch (error) {
    if (error instanceof EngineError && error.code === 'image-corrupt') throw reject(structName, field);
    throw error;
  }
}

/** True when the structures themselves are wrong, and only chkdsk can put them right. */
export const isDamage = (error: unknown): boolean => isDataFault(error) || (error instanceof EngineError && error.code === 'allocation-invalid');

const UNREADABLE: readonly string[] = ['target-read-failed', 'source-disk-read-failed', 'source-unreadable', 'image-unreadable'];

/** True when a place of the disk cannot be read, while others may: a bad sector. */
export const isUnreadable = (error: unknown): boolean => error instanceof EngineError && UNREADABLE.includes(error.code);
