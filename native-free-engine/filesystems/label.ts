import { EngineError } from '../base/errors.ts';

/** Characters that neither a FAT label nor a file name may have (fatgen103, section 6.1). */
const FORBIDDEN_ON_FAT = /[^\x20-\x7e]|["*+,./:;<=>?[\\\]|]/;
const CONTROL = /[\0-\x1f\x7f]/;
const MAX_LENGTH = 11;

/**
 * A label as FAT32 stores it: capitals of ASCII, at most eleven.
 * @throws EngineError `argument-invalid`
 */
export function fatLabel(label: string): string {
  if (label.length > MAX_LENGTH || FORBIDDEN_ON_FAT.test(label) || label.startsWith(' ')) {
    throw new EngineError('argument-invalid', { what: label });
  }
  return label.trimEnd().toUpperCase();
}

/**
 * A label as exFAT stores it: at most eleven UTF-16 units of any writing.
 * @throws EngineError `argument-invalid`
 */
export function exfatLabel(label: string): string {
  if (label.length > MAX_LENGTH || CONTROL.test(label) || !label.isWellFormed()) {
    throw new EngineError('argument-invalid', { what: label });
  }
  return label;
}
