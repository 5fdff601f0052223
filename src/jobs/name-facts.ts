import { basename, dirname, resolve } from 'node:path';
import { EngineError, type ImageNameFacts } from '../../native-free-engine/index.ts';
import type { Disk, PreflightRequest } from '../contract/index.ts';
import { checkName, fillTemplate, listLibrary, stemOf } from '../library/index.ts';
import { nameFactsOf } from './library.ts';
import { ownImage } from './own-image.ts';
import { canonicalPath } from './plan-capture.ts';

/** What there is to say of the name of a new image: against the rules of all systems, the template, the library, and the image it builds on. */
export async function imageNameFacts(disk: Disk, destination: string, { folders, nameTemplate, purpose, parent }: PreflightRequest): Promise<ImageNameFacts> {
  const name = stemOf(basename(destination));
  const [invalid, meaningless] = judged(name);
  return {
    name, invalid, meaningless,
    suggested: suggestion(disk, nameTemplate, purpose, name),
    taken: await sameName(destination, folders),
    parentRenamed: parent === null ? null : await renamed(parent),
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

/** Images of the library with this name, in whatever folder. */
async function sameName(destination: string, folders: readonly string[]): Promise<string[]> {
  const place = await canonicalPath(destination);
  const own = basename(place).normalize('NFC').toLowerCase();
  const listings = await listLibrary([...new Set([...folders.map((folder) => resolve(folder)), dirname(place)])]);
  const paths = listings.flatMap(({ images, faulty }) => [...images.map(({ path }) => path), ...faulty.map(({ path }) => path)]);
  return [...new Set(paths)].filter((path) => basename(path).normalize('NFC').toLowerCase() === own);
}

/** An image that was renamed since it was made still is the same image, but what it was called then is what people look for. */
async function renamed(parent: string): Promise<ImageNameFacts['parentRenamed']> {
  const own = await ownImage(resolve(parent)).catch(() => null);
  const before = own?.found.manifest.image.name ?? '';
  const now = basename(parent);
  return before === '' || before === now ? null : { now, before };
}
