import { resolve } from 'node:path';
import type { LibraryImage, LibraryListing } from '../../contract/index.ts';
import { errorText, formatBytes } from '../../texts/index.ts';
import { endWell, type Context } from '../context.ts';
import { diskTitle } from '../disk-text.ts';
import { moment } from '../imaging-text.ts';
import { tableLines, type Align } from '../table.ts';

/** `werkbank images [FOLDER...]`: the images in folders, those of other programs aside. */
export async function images(context: Context, folders: readonly string[]): Promise<number> {
  const { jobs } = await context.services();
  const listings = await jobs.library.list((folders.length > 0 ? folders : ['.']).map((folder) => resolve(folder)));
  context.emit({ event: 'library', folders: listings });
  const all = listings.flatMap((listing) => listing.images);
  for (const listing of listings) show(context, listing, all);
  return endWell(context);
}

function show(context: Context, listing: LibraryListing, all: readonly LibraryImage[]): void {
  const { texts } = context;
  context.say(listing.freeBytes === null ? listing.path : texts('cli:images.folder', { folder: listing.path, free: listing.freeBytes }), 'bold');
  if (listing.error) context.say(`  ${errorText(texts, listing.error).title}`);
  else if (listing.images.length + listing.unfinished.length + listing.faulty.length === 0) context.say(texts('cli:images.none', { folder: listing.path }));
  if (listing.images.length > 0) for (const line of imagesTable(context, listing.images)) context.say(line);
  for (const { path, name, parent, identity } of listing.images) {
    if (parent?.error) context.say(texts('cli:images.parent', { name, title: errorText(texts, parent.error).title }));
    const copies = all.filter((other) => other.identity.id === identity.id && other.path !== path).map((other) => other.path);
    if (copies.length > 0) context.say(texts('cli:images.copies', { name, paths: copies.join(', ') }));
  }
  for (const { path, storedBytes, startedAt, source } of listing.unfinished) {
    context.say(texts('cli:diskImage.unfinished', { path, stored: storedBytes, when: moment(startedAt), disk: diskTitle(context, { ...source, id: '' }) }));
  }
  for (const { path, error } of listing.faulty) context.say(texts('cli:images.faulty', { path, title: errorText(texts, error).title }));
}

function imagesTable({ texts, language }: Context, list: readonly LibraryImage[]): string[] {
  const columns: { name: string; align: Align; cell: (image: LibraryImage) => string }[] = [
    { name: 'image', align: 'left', cell: ({ name }) => name },
    { name: 'made', align: 'left', cell: ({ identity }) => moment(identity.createdAt) },
    { name: 'machine', align: 'left', cell: ({ identity }) => identity.source.machine },
    { name: 'system', align: 'left', cell: ({ identity }) => identity.source.system },
    { name: 'model', align: 'left', cell: ({ identity }) => identity.source.model },
    { name: 'purpose', align: 'left', cell: ({ identity }) => identity.purpose },
    { name: 'used', align: 'right', cell: ({ identity }) => formatBytes(identity.usedBytes, language) },
    { name: 'stored', align: 'right', cell: ({ storedBytes }) => formatBytes(storedBytes, language) },
    { name: 'buildsOn', align: 'left', cell: ({ parent }) => (parent ? `${parent.name}${parent.error ? ' (!)' : ''}` : '') },
  ];
  // A column that says nothing of any image only takes room.
  const shown = columns.filter(({ cell }) => list.some((image) => cell(image) !== ''));
  const rows = list.map((image) => shown.map(({ cell }) => cell(image) || '-'));
  return tableLines([shown.map(({ name }) => texts(`cli:column.${name}`)), ...rows], shown.map(({ align }) => align));
}
