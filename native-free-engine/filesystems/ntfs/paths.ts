import { isDamage, isUnreadable } from './faults.ts';
import { namesOf } from './file-name.ts';
import type { Mft } from './mft.ts';
import type { FileReference } from './reference.ts';
import { NTFS_ATTRIBUTE, NTFS_FILE } from './structs.ts';

/** Deeper than Windows lets anybody go by other names than \\?\ ones. */
const MAX_DEPTH = 256;
/** Directories remembered; of some 200 bytes each. */
const MAX_REMEMBERED = 100_000;
/** Where other tools as well show files whose directory is gone. */
const ORPHANS = '$OrphanFiles';

interface Place {
  readonly name: string;
  readonly parent: FileReference;
}

/** Finds paths of files by climbing from directory to directory. */
export class Paths {
  readonly #mft: Mft;
  readonly #places = new Map<number, Place | null>();

  constructor(mft: Mft) {
    this.#mft = mft;
  }

  /**
   * From the root directory, `/` between names. What cannot be followed up to there begins with `$OrphanFiles`.
   * @param file with the sequence number it must have; null takes the record as it is
   */
  async of(file: { readonly record: number; readonly sequence: number | null }): Promise<string> {
    const names: string[] = [];
    let at = file;
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const place = await this.#placeOf(at, depth > 0);
      if (!place) break;
      names.unshift(place.name);
      if (place.parent.record === NTFS_FILE.root) return names.join('/');
      at = place.parent;
    }
    return [ORPHANS, ...(names.length > 0 ? names.slice(-MAX_DEPTH + 1) : [`OrphanFile-${file.record}`])].join('/');
  }

  async #placeOf(file: { readonly record: number; readonly sequence: number | null }, directory: boolean): Promise<Place | null> {
    const known = this.#places.get(file.record);
    if (known !== undefined) return known;
    const place = await this.#read(file, directory).catch((error: unknown) => {
      if (isDamage(error) || isUnreadable(error)) return null;
      throw error;
    });
    if (directory && this.#places.size < MAX_REMEMBERED) this.#places.set(file.record, place);
    return place;
  }

  async #read(file: { readonly record: number; readonly sequence: number | null }, directory: boolean): Promise<Place | null> {
    const base = await this.#mft.record(file.record);
    if (!base.inUse || base.base || (directory && !base.directory)) return null;
    if (file.sequence !== null && file.sequence !== base.sequence) return null;
    const own = namesOf(base.attributes)[0];
    // The name may have moved to an extension record.
    const moved = !own && base.attributes.some((a) => a.type === NTFS_ATTRIBUTE.attributeList);
    return own ?? (moved ? (namesOf(await this.#mft.attributes(file.record, base))[0] ?? null) : null);
  }
}
