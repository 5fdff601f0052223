/** Characters that ISO 9660 level 2 has for a file, dot left out, and for a folder. */
const ISO_FILE_LENGTH = 30;
const ISO_FOLDER_LENGTH = 31;
/** What every reader of Joliet takes, though its specification says 64. */
export const JOLIET_LENGTH = 103;

/** Gives the names of one folder for one of a disc's trees, no two alike. */
export type Namer = (name: string, folder: boolean) => string;

/** Names of one folder, no two alike: one that is taken gets a number. */
class Taken {
  readonly #names = new Set<string>();
  /** By the plain name, the number to try next: thousands of files begin alike, as those of cameras do. */
  readonly #next = new Map<string, number>();

  unlike(candidate: (suffix: string) => string): string {
    const plain = candidate('');
    for (let number = this.#next.get(plain) ?? 0; ; number++) {
      const name = number === 0 ? plain : candidate(String(number));
      if (this.#names.has(name)) continue;
      this.#names.add(name);
      this.#next.set(plain, number + 1);
      return name;
    }
  }
}

/** ISO 9660 level 2: capitals, digits and underscores, one dot, version 1 (ECMA-119 7.5, 7.6, 10.2). */
export function isoNamer(): Namer {
  const taken = new Taken();
  const plain = (text: string): string => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toUpperCase().replace(/[^A-Z0-9_]/g, '_');
  return (name, folder) => {
    if (folder) return taken.unlike((suffix) => plain(name).slice(0, ISO_FOLDER_LENGTH - suffix.length) + suffix);
    const dot = name.lastIndexOf('.');
    const base = plain(dot > 0 ? name.slice(0, dot) : name);
    const extension = dot > 0 ? plain(name.slice(dot + 1)).slice(0, 8) : '';
    return taken.unlike((suffix) => `${base.slice(0, ISO_FILE_LENGTH - extension.length - suffix.length)}${suffix}.${extension};1`);
  };
}

/** Joliet: UTF-16 without a few characters. A name too long is cut; see {@link isJolietName}. */
export function jolietNamer(): Namer {
  const taken = new Taken();
  return (name, folder) => {
    const legal = name.replace(/[\u0000-\u001f*/:;?\\]/g, '_');
    return taken.unlike((suffix) => cut(legal, suffix) + (folder ? '' : ';1'));
  };
}

/** Keeps the extension, which says what a file is. */
function cut(name: string, suffix: string): string {
  if (suffix === '' && name.length <= JOLIET_LENGTH) return name;
  const extension = /\.[^.]{1,16}$/.exec(name)?.[0] ?? '';
  return name.slice(0, Math.min(name.length - extension.length, JOLIET_LENGTH - extension.length - suffix.length)) + suffix + extension;
}

/** True for a name that Joliet keeps exactly. */
export const isJolietName = (name: string): boolean => name.length <= JOLIET_LENGTH && !/[\u0000-\u001f*/:;?\\]/.test(name);
