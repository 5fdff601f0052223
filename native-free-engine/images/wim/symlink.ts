import { isDataFault } from '../../struct/index.ts';
import { WimSymlinkData } from './structs.ts';

/** Where a symbolic link leads. */
export interface LinkTarget {
  /** With `/` between its parts; of an absolute one as it is shown to people: `C:\Users`. */
  readonly text: string;
  readonly relative: boolean;
}

/** An absolute target as NTFS keeps it. */
const NT_PREFIX = '\\??\\';
/** The drive that stands in for the root of systems that have no drives, as wimlib has it. */
const ROOT_DRIVE = 'C:';
const RELATIVE = 1;

/**
 * The reparse data of a symbolic link, without its head.
 * @param target as systems other than Windows write it: parts joined by `/`
 */
export function writeSymlink(target: string): Uint8Array {
  const relative = !target.startsWith('/');
  const shown = `${relative ? '' : ROOT_DRIVE}${target.replaceAll('/', '\\')}`;
  const stored = relative ? shown : `${NT_PREFIX}${shown}`;
  const data = new Uint8Array(WimSymlinkData.size + (stored.length + shown.length + 2) * 2);
  WimSymlinkData.write({ storedOffset: 0, storedBytes: stored.length * 2, shownOffset: stored.length * 2 + 2, shownBytes: shown.length * 2, flags: relative ? RELATIVE : 0 }, data);
  data.set(Buffer.from(`${stored}\0${shown}\0`, 'utf16le'), WimSymlinkData.size);
  return data;
}

/** @param data reparse data of a link with the tag of symbolic links, without its head @returns null for what makes no sense */
export function readSymlink(data: Uint8Array): LinkTarget | null {
  try {
    const { storedOffset, storedBytes, shownOffset, shownBytes, flags } = WimSymlinkData.read(data);
    const relative = (flags & RELATIVE) !== 0;
    const [offset, bytes] = relative || shownBytes === 0 ? [storedOffset, storedBytes] : [shownOffset, shownBytes];
    if (bytes === 0 || bytes % 2 !== 0 || WimSymlinkData.size + offset + bytes > data.length) return null;
    const text = Buffer.from(data.buffer, data.byteOffset + WimSymlinkData.size + offset, bytes).toString('utf16le');
    return { text: relative ? text.replaceAll('\\', '/') : text, relative };
  } catch (error) {
    if (isDataFault(error)) return null;
    throw error;
  }
}
