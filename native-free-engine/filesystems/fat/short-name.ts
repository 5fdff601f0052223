const BASE_LENGTH = 8;
const EXTENSION_LENGTH = 3;
const SHORT = /^([A-Z0-9!#$%&'()\-@^_`{}~]{1,8})(?:\.([A-Z0-9!#$%&'()\-@^_`{}~]{1,3}))?$/;
const NOT_SHORT = /[^A-Z0-9!#$%&'()\-@^_`{}~]/g;

/** The name is its own short name and needs no long one. */
export const isShortName = (name: string): boolean => SHORT.test(name);

/** `README.TXT` as the eleven characters that are stored. */
function stored(base: string, extension: string): string {
  return base.padEnd(BASE_LENGTH) + extension.padEnd(EXTENSION_LENGTH);
}

/** The capitals of a name where that alone makes a short name of it, else null. */
function plainAlias(name: string): string | null {
  // Letters beyond ASCII have capitals too, but none that is stored in every code page.
  const match = SHORT.exec(name.replace(/[a-z]/g, (letter) => letter.toUpperCase()));
  return match ? stored(match[1] ?? '', match[2] ?? '') : null;
}

/**
 * A short name for each name of a folder, all different (fatgen103, section 7.3).
 * Names that already are short keep theirs; the others get a number: `LONGFI~1.TXT`.
 * @param names no two of them the same but for case
 * @returns eleven characters each, in the order of `names`
 */
export function shortNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  const aliases = names.map((name) => {
    const plain = plainAlias(name);
    if (plain !== null) taken.add(plain);
    return plain;
  });
  const nextNumber = new Map<string, number>();
  return names.map((name, index) => aliases[index] ?? numbered(name, taken, nextNumber));
}

function numbered(name: string, taken: Set<string>, nextNumber: Map<string, number>): string {
  const bare = name.replace(/^[. ]+/, '');
  const point = bare.lastIndexOf('.');
  const clean = (part: string): string => part.replace(/[a-z]/g, (letter) => letter.toUpperCase()).replace(/[. ]/g, '').replace(NOT_SHORT, '_');
  const base = clean(point > 0 ? bare.slice(0, point) : bare) || '_';
  const extension = point > 0 ? clean(bare.slice(point + 1)).slice(0, EXTENSION_LENGTH) : '';
  const group = `${base.slice(0, BASE_LENGTH - 2)}.${extension}`;
  for (let number = nextNumber.get(group) ?? 1; ; number++) {
    const tail = `~${number}`;
    const alias = stored(base.slice(0, BASE_LENGTH - tail.length) + tail, extension);
    if (taken.has(alias)) continue;
    taken.add(alias);
    nextNumber.set(group, number + 1);
    return alias;
  }
}
