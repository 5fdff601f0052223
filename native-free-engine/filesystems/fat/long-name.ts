import { EngineError } from '../../base/errors.ts';
import { ATTR_LONG_NAME, FatLongEntry } from './structs.ts';

/** UTF-16 units in each entry of a long name. */
const UNITS_PER_ENTRY = 13;
/** Longest name in UTF-16 units (fatgen103, section 7.1). */
const MAX_UNITS = 255;
const LAST_ENTRY = 0x40;
/** Not in any name (section 7.2); a point or a blank at the end is what Windows drops. */
const ILLEGAL = /[\0-\x1f\x7f"*/:<>?\\|]|[. ]$|^$/;

/**
 * A name as FAT32 can keep it.
 * @throws EngineError `fat-name-illegal`
 */
export function checkLongName(name: string, path: string): void {
  if (ILLEGAL.test(name) || name.length > MAX_UNITS || !name.isWellFormed()) throw new EngineError('fat-name-illegal', { path });
}

/** Directory entries that a long name takes besides the short one. */
export const longEntryCount = (name: string): number => Math.ceil(name.length / UNITS_PER_ENTRY);

/** The checksum that ties a long name to its short one (section 7.2). */
function shortNameChecksum(alias: string): number {
  let sum = 0;
  for (let i = 0; i < alias.length; i++) sum = (((sum & 1) << 7) + (sum >> 1) + alias.charCodeAt(i)) & 0xff;
  return sum;
}

/**
 * Writes the entries of a long name, the last part first.
 * @param alias the short name as it is stored, eleven characters
 * @returns bytes written
 */
export function writeLongName(name: string, alias: string, target: Uint8Array, at: number): number {
  const count = longEntryCount(name);
  const checksum = shortNameChecksum(alias);
  for (let part = count; part >= 1; part--) {
    const units = new Uint8Array(UNITS_PER_ENTRY * 2).fill(0xff);
    const view = new DataView(units.buffer);
    for (let i = 0; i < UNITS_PER_ENTRY; i++) {
      const from = (part - 1) * UNITS_PER_ENTRY + i;
      if (from <= name.length) view.setUint16(i * 2, from < name.length ? name.charCodeAt(from) : 0, true);
    }
    FatLongEntry.write(
      {
        order: part === count ? part | LAST_ENTRY : part,
        name1: units.subarray(0, 10),
        attributes: ATTR_LONG_NAME,
        type: 0,
        checksum,
        name2: units.subarray(10, 22),
        cluster: 0,
        name3: units.subarray(22, 26),
      },
      target,
      at + (count - part) * FatLongEntry.size,
    );
  }
  return count * FatLongEntry.size;
}
