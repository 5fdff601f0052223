import { basename, dirname, resolve } from 'node:path';
import { EngineError, type ImageNameFacts, type ParentNameFacts } from '../../native-free-engine/index.ts';
import type { Disk, LibraryImage, PreflightRequest } from '../contract/index.ts';
import { checkName, fillTemplate, listLibrary, stemOf } from '../library/index.ts';
import { takesPlaceOfParent } from './built-on.ts';
import { nameFactsOf } from './library.ts';
import { ownImage } from './own-image.ts';
import { canonicalPath } from './plan-capture.ts';

/**
 * What there is to say of the name of a new image: against the rules of all systems, the template, the library, and the image it builds on.
 * Found out in the folders themselves; the folder that the image goes to is always among them.
 */
export async function imageNameFacts(disk: Disk, destination: string, { folders, nameTemplate, purpose, parent }: PreflightRequest): Promise<ImageNameFacts> {
  const name = stemOf(basename(destination));
  const [invalid, meaningless] = judged(name);
  const place = await canonicalPath(destination);
  const at = parent === null ? null : await canonicalPath(parent);
  const library = await inLibrary([...folders, dirname(place), ...(at === null ? [] : [dirname(at)])]);
  return {
    name, invalid, meaningless,
    suggested: suggestion(disk, nameTemplate, purpose, name),
    taken: sameName(place, library),
    parent: at === null ? null : await parentFacts(place, at, library, folders),
  };
}

function judged(name: string): [invalid: string, meaningless: boolean] {
  try {
    return ['', checkName(name).includes('meaningless')];
  } catch (error) {
    if (error instanceof EngineError && error.code === 'image-name-invalid') return [String(error.params['reason'] ?? ''), false];
    throw error;
  }
}

/** A time in a name was right when it was made. */
const TIMES = /\d\d-\d\d-\d\d(?!\d)/g;

/** What the template makes of it; the name itself where that is one that it makes, counted up because the first one is taken. Empty for a template that makes none. */
function suggestion(disk: Disk, template: string, purpose: string, name: string): string {
  try {
    const stem = fillTemplate(template, nameFactsOf(disk, purpose));
    const alike = (text: string): string => text.replace(TIMES, '');
    return [name, name.replace(/-\d+$/, '')].some((own) => alike(own) === alike(stem)) ? name : stem;
  } catch {
    return '';
  }
}

interface Library {
  readonly images: readonly LibraryImage[];
  /** Paths of all that look like images, broken ones too. */
  readonly paths: readonly string[];
}

async function inLibrary(folders: readonly string[]): Promise<Library> {
  const listings = await listLibrary([...new Set(folders.map((folder) => resolve(folder)))]);
  const images = listings.flatMap((listing) => listing.images);
  return { images, paths: [...new Set([...images.map(({ path }) => path), ...listings.flatMap(({ faulty }) => faulty.map(({ path }) => path))])] };
}

/** Some systems do not tell upper case from lower, and have two ways to write an accent. */
const folded = (path: string): string => path.normalize('NFC').toLowerCase();

/** Images of the library with this name, in whatever folder. */
const sameName = (place: string, { paths }: Library): string[] => paths.filter((path) => folded(basename(path)) === folded(basename(place)));

/** An image that was renamed since it was made still is the same image, but what it was called then is what people look for. */
async function parentFacts(place: string, parent: string, { images }: Library, folders: readonly string[]): Promise<ParentNameFacts> {
  const own = await ownImage(parent).catch(() => null);
  const id = own?.found.manifest.id;
  const paths = await Promise.all(images.filter(({ identity }) => identity.id === id).map(({ path }) => canonicalPath(path)));
  return {
    now: basename(parent),
    before: own?.found.manifest.image.name ?? '',
    overwritten: place === parent || (own !== null && (await takesPlaceOfParent(place, own, folders))),
    copies: [...new Set(paths)].filter((path) => path !== parent),
  };
}
