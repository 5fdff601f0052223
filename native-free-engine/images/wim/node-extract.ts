import { extractLinks } from '../../io/node-extract-links.ts';
import { chosenEntries, extractTree, isChosen, setFolderTimes, type ExtractOptions, type ExtractResult } from '../../io/node-extract-tree.ts';
import type { LeftOut } from '../../io/file-tree.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { isFolder, isReparsePoint, walk } from './entry.ts';
import { openContents, readImage, timesOf, type WimImage } from './image.ts';
import type { Wim } from './open.ts';
import { orderedTree } from './ordered-tree.ts';
import { REPARSE_TAG_SYMLINK } from './structs.ts';
import { readSymlink } from './symlink.ts';

export interface ExtractImageResult extends ExtractResult {
  readonly links: number;
  /** Links that lead outside, to a drive, or that this system does not make. */
  readonly leftOut: readonly LeftOut[];
}

/** What NTFS allows. */
const MAX_REPARSE_BYTES = 16 << 10;

/**
 * Writes the folders and files of an image into a folder; nothing is written outside of it. Hard links become such; symbolic links
 * do when they are relative and cannot lead out of the folder, and are left out and listed otherwise, as are junctions. Rights, short
 * names and further streams of files stay behind. Every file is checked against its SHA-1 before it gets its name.
 * @param index from 1
 * @throws EngineError `wim-checksum-mismatch` with the file at fault, as {@link extractTree} and {@link readImage}; AbortError
 */
export async function extractImage(wim: Wim, index: number, folder: string, options: ExtractOptions = {}): Promise<ExtractImageResult> {
  const image = await readImage(wim, index);
  const links = await readLinks(wim, image);
  const ordered = orderedTree(wim, image, options.signal);
  try {
    const places = new Map(links.map((link) => [link.path, link]));
    const leftOut = (ordered.tree.leftOut ?? []).map((left) => places.get(left.path) ?? left);
    const wanted = leftOut.filter(({ path }) => isChosen(path, options.paths));
    const tree = { ...ordered.tree, leftOut };
    const written = await extractTree(tree, folder, options);
    const left = await extractLinks(wanted, folder, options);
    if (left.length < wanted.length) await setFolderTimes(chosenEntries(tree, options.paths), folder);
    return { ...written, links: wanted.length - left.length, leftOut: left };
  } finally {
    await ordered.close();
  }
}

/** The symbolic links of an image, with where they lead; '' where that makes no sense. */
async function readLinks(wim: Wim, image: WimImage): Promise<LeftOut[]> {
  const links: LeftOut[] = [];
  for (const { path, entry } of walk(image.root)) {
    if (!isReparsePoint(entry) || Number(entry.reparseOrLink & 0xffff_ffffn) !== REPARSE_TAG_SYMLINK) continue;
    const stream = entry.streams.find(({ kind }) => kind === 'reparse');
    const source = openContents(wim, stream?.hash ?? '', path);
    const target = source.size > 0 && source.size <= MAX_REPARSE_BYTES ? readSymlink(await readBytes(source, 0, source.size)) : null;
    links.push({ path, why: 'link', target: target?.text ?? '', ofFolder: isFolder(entry), times: timesOf(entry) });
  }
  return links;
}
