import { stat } from 'node:fs/promises';
import type { DiscEntry, DiscList, DiscListRequest } from '../contract/index.ts';
import type { OpenDisc } from './disc.ts';

/** So many lines of a folder, and finds of a search, are shown at once. */
const MAX_SHOWN = 2000;

/** The tree of one disc, folder by folder, without the disc itself. */
interface Listing {
  /** Another disc, or the same one changed, has another. */
  readonly key: string;
  readonly all: readonly DiscEntry[];
  readonly byFolder: ReadonlyMap<string, readonly DiscEntry[]>;
}

/**
 * Shows the trees of discs part by part. The last disc's is kept, so that unfolding its folders does not read it anew.
 * @returns throws what `open` throws
 */
export function createDiscLists(open: (location: string) => Promise<OpenDisc>): (request: DiscListRequest) => Promise<DiscList> {
  let last: Promise<Listing> | null = null;
  const listingOf = async (location: string): Promise<Listing> => {
    const key = await keyOf(location);
    const kept = await last?.catch(() => null);
    if (kept?.key === key) return kept;
    last = read(location, key, open);
    return last;
  };
  return async ({ location, folder, search }) => {
    const { all, byFolder } = await listingOf(location);
    const wanted = search.trim().toLowerCase();
    const found = wanted === '' ? (byFolder.get(folder) ?? []) : all.filter(({ path }) => nameOf(path).toLowerCase().includes(wanted));
    return { entries: [...found].sort(byName).slice(0, MAX_SHOWN), total: found.length };
  };
}

/** A file that was changed meanwhile is another disc; what lies behind an address is taken to stay. */
async function keyOf(location: string): Promise<string> {
  const facts = await stat(location).catch(() => null);
  return `${location}\0${facts ? `${facts.size} ${facts.mtimeMs}` : ''}`;
}

async function read(location: string, key: string, open: (location: string) => Promise<OpenDisc>): Promise<Listing> {
  const opened = await open(location);
  await opened.close();
  const { disc } = opened;
  const totals = new Map<string, { size: number; files: number }>();
  for (const { path, kind, size } of disc.tree.entries) {
    if (kind !== 'file') continue;
    for (let at = path.lastIndexOf('/'); at >= 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at);
      const total = totals.get(folder) ?? { size: 0, files: 0 };
      totals.set(folder, { size: total.size + size, files: total.files + 1 });
      if (at === 0) break;
    }
  }
  const all = disc.tree.entries.map(({ path, kind, size }): DiscEntry =>
    (kind === 'file' ? { path, kind, size, files: 1 } : { path, kind, ...(totals.get(path) ?? { size: 0, files: 0 }) }));
  return { key, all, byFolder: Map.groupBy(all, ({ path }) => path.slice(0, Math.max(0, path.lastIndexOf('/')))) };
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Folders first. */
function byName(a: DiscEntry, b: DiscEntry): number {
  return Number(a.kind === 'file') - Number(b.kind === 'file') || collator.compare(nameOf(a.path), nameOf(b.path)) || collator.compare(a.path, b.path);
}
