/** Which entry of a zip file is the image. */

/** What packed or raw images are called. */
const IMAGE_NAME = /\.(img|iso|raw|bin|dd|wic|sdcard|hddimg|usbimg|rootfs|disk|dsk|qcow2?|vhdx?|vmdk|wim|gz|xz|bz2|zst|zip)$/i;
/** What lies beside an image: texts, checksums, signatures, block maps. */
const COMPANION_NAME = /\.(txt|md|rst|html?|pdf|rtf|docx?|nfo|log|url|json|xml|ya?ml|csv|ini|cfg|bmap|sha\d*|md5|asc|sig|sign|crc|png|jpe?g|gif|svg)$/i;
const COMPANION_FILE = /^(readme|license|licence|copying|changelog|notice|(sha\d+|md5)sums?)$/i;
/** An entry without an image's name counts as one from this size on. */
const LARGE_BYTES = 1 << 20;

export interface NamedEntry {
  readonly fileName: string;
  readonly uncompressedSize: number;
}

/** The entries that could be the image: none, the one, or several. */
export function imageEntries<Entry extends NamedEntry>(entries: readonly Entry[]): readonly Entry[] {
  const files = entries.filter(({ fileName }) => {
    const base = baseName(fileName);
    const hidden = base === '' || base.startsWith('.') || /(^|\/)__MACOSX\//.test(fileName);
    return !hidden && !COMPANION_NAME.test(base) && !COMPANION_FILE.test(base);
  });
  const named = files.filter(({ fileName }) => IMAGE_NAME.test(fileName));
  if (named.length > 0) return named;
  const [only] = files;
  return files.length === 1 && only ? [only] : files.filter(({ uncompressedSize }) => uncompressedSize >= LARGE_BYTES);
}

/** The last part of an entry's name; empty for a directory. */
export const baseName = (fileName: string): string => fileName.slice(fileName.lastIndexOf('/') + 1);
