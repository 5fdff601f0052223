import { throwIfAborted } from '../../base/abort.ts';
import { createHasher } from '../../codecs/checksums.ts';
import { WimCrew } from '../../codecs/node-wim-crew.ts';
import type { FileTimes } from '../../io/file-times.ts';
import type { FileTree, LeftOut, TreeEntry } from '../../io/file-tree.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { newEntry, type WimEntry } from './entry.ts';
import { fromNanoseconds, toFileTime } from '../../struct/file-time.ts';
import type { WimOutput } from './output.ts';
import { CHUNK_BYTES, type WimPacking } from './pack.ts';
import { countReferences, withStatistics } from './statistics.ts';
import type { Incoming, IncomingBytes } from './store.ts';
import { ATTRIBUTE, REPARSE_TAG_SYMLINK } from './structs.ts';
import { writeSymlink } from './symlink.ts';
import type { Stream } from './types.ts';
import { noSecurity } from './write-metadata.ts';
import { WimWriter } from './writer.ts';
import { textElement, timeElement } from './xml-data.ts';

export interface WimCaptureOptions {
  /** Of the image. */
  readonly name: string;
  readonly description?: string;
  readonly packing: WimPacking;
  readonly chunkSize?: number;
  readonly integrity?: boolean;
  /** The image is one that boots, as a WinPE. */
  readonly boots?: boolean;
  readonly now?: Date;
  readonly signal?: AbortSignal;
  /** Bytes of files done so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

const READ_BYTES = 1 << 20;
const SMALL_BYTES = 16 << 20;

/**
 * Captures a tree as the one image of a new WIM. Contents that occur more than once are stored once, hard links stay links of one file, and
 * symbolic links that a tree left out become such links as {@link isCapturable} says. Who owns what is not known.
 * @returns bytes of the new WIM
 * @throws EngineError what the files, their folder and the output throw; AbortError
 */
export async function captureTree(tree: FileTree, output: WimOutput, options: WimCaptureOptions): Promise<number> {
  const { signal } = options;
  const now = toFileTime(options.now ?? new Date());
  const crew = new WimCrew();
  try {
    const writer = new WimWriter(output, { packing: options.packing, chunkSize: options.chunkSize ?? CHUNK_BYTES, integrity: options.integrity ?? false }, crew);
    const contents = new Contents(tree, options);
    const resources = new Map<string, Pick<Stream, 'resource' | 'size'>>();
    const links = (tree.leftOut ?? []).filter(isCapturable).map(linkOf);
    for await (const { of, resource } of writer.store(contents.read(links))) {
      resources.set(of.hash, { resource, size: of.size });
    }
    const root = rootOf(tree, links, contents.hashes, now);
    const references = countReferences(root);
    await writer.image({ root, security: noSecurity() });
    const streams = [...resources].map(([hash, { resource, size }]) => ({ hash, size, resource, offset: 0, references: references.get(hash) ?? 1 }));
    const named = [textElement('NAME', options.name), ...(options.description ? [textElement('DESCRIPTION', options.description)] : [])];
    const element = { name: 'IMAGE', attributes: { INDEX: '1' }, text: '', children: [timeElement('CREATIONTIME', now), ...named] };
    return await writer.finish(streams, [withStatistics(element, root, (hash) => resources.get(hash)!.size, now)], options.boots ? 1 : 0, 0, signal);
  } finally {
    await crew.close();
  }
}

/** A symbolic link that a tree left out can be told in a WIM: its target is known, and no name in it has a backslash. */
export const isCapturable = ({ why, target }: LeftOut): boolean => why === 'link' && target !== '' && !target.includes('\\');

/** A symbolic link with the reparse data that says where to. */
interface CapturedLink {
  readonly of: LeftOut;
  readonly data: Uint8Array;
  readonly hash: string;
}

function linkOf(of: LeftOut): CapturedLink {
  const data = writeSymlink(of.target);
  const hasher = createHasher('sha1');
  hasher.update(data);
  return { of, data, hash: hasher.hex() };
}

function rootOf(tree: FileTree, links: readonly CapturedLink[], hashes: ReadonlyMap<TreeEntry, string>, now: bigint): WimEntry {
  const root = newEntry('', ATTRIBUTE.folder, now);
  setTimes(root, tree.times);
  const folders = new Map<string, WimEntry>([['', root]]);
  const groups = new Map<string, bigint>();
  const add = ({ path, times, modifiedAt }: Pick<TreeEntry, 'path' | 'times'> & { readonly modifiedAt?: Date | null }, attributes: number): WimEntry => {
    const cut = path.lastIndexOf('/');
    const made = newEntry(path.slice(cut + 1), attributes, modifiedAt ? toFileTime(modifiedAt) : now);
    setTimes(made, times);
    folders.get(cut < 0 ? '' : path.slice(0, cut))!.children.push(made);
    return made;
  };
  for (const entry of tree.entries) {
    const kind = entry.kind === 'folder' ? ATTRIBUTE.folder : 0;
    const made = add(entry, entry.attributes | kind || ATTRIBUTE.normal);
    if (entry.sameFile !== undefined) made.reparseOrLink = groupOf(entry.sameFile, groups);
    const hash = hashes.get(entry) ?? '';
    if (hash !== '') made.streams = [{ name: '', kind: 'data', hash }];
    if (entry.kind === 'folder') folders.set(entry.path, made);
  }
  for (const { of, hash } of links) {
    const made = add(of, ATTRIBUTE.reparse | (of.ofFolder ? ATTRIBUTE.folder : 0));
    made.reparseOrLink = BigInt(REPARSE_TAG_SYMLINK);
    made.streams = [{ name: '', kind: 'reparse', hash }];
  }
  return root;
}

function setTimes(entry: WimEntry, times: FileTimes | undefined): void {
  if (times) Object.assign(entry, { created: fromNanoseconds(times.created), accessed: fromNanoseconds(times.accessed), modified: fromNanoseconds(times.modified) });
}

/** The number of a group of hard links; 0 would be none. */
function groupOf(sameFile: string, groups: Map<string, bigint>): bigint {
  const group = groups.get(sameFile) ?? BigInt(groups.size + 1);
  groups.set(sameFile, group);
  return group;
}

/** Reads the files of a tree and says which of them are new. */
class Contents {
  readonly hashes = new Map<TreeEntry, string>();
  readonly #tree: FileTree;
  readonly #options: WimCaptureOptions;
  readonly #known = new Set<string>();

  constructor(tree: FileTree, options: WimCaptureOptions) {
    this.#tree = tree;
    this.#options = options;
  }

  /** Contents that no file before had. A file whose size no other has is read once; of the others, large ones twice. */
  async *read(links: readonly CapturedLink[]): AsyncGenerator<IncomingBytes> {
    for (const { hash, data } of links) {
      if (!this.#known.has(hash)) yield { of: { size: data.length, hash }, data };
      this.#known.add(hash);
    }
    const files = this.#tree.entries.filter(({ kind, size }) => kind === 'file' && size > 0);
    const total = files.reduce((sum, { size }) => sum + size, 0);
    const sizes = new Map<number, number>();
    /** Of each file that has several names, the one that was read. */
    const first = new Map<string, TreeEntry>();
    for (const { size } of files) sizes.set(size, (sizes.get(size) ?? 0) + 1);
    let done = 0;
    for (const file of files) {
      const same = file.sameFile === undefined ? undefined : first.get(file.sameFile);
      if (file.sameFile !== undefined && !same) first.set(file.sameFile, file);
      if (same?.size === file.size) this.hashes.set(file, this.hashes.get(same)!);
      else if (sizes.get(file.size) === 1) yield* this.#unique(file);
      else yield* this.#perhapsKnown(file);
      this.#options.onProgress?.((done += file.size), total);
    }
  }

  async *#unique(file: TreeEntry): AsyncGenerator<IncomingBytes> {
    const hasher = createHasher('sha1');
    const of: Incoming = { size: file.size, hash: '' };
    let read = 0;
    for await (const data of this.#bytes(file)) {
      hasher.update(data);
      read += data.length;
      if (read === file.size) {
        of.hash = hasher.hex();
        this.hashes.set(file, of.hash);
      }
      yield { of, data };
    }
  }

  async *#perhapsKnown(file: TreeEntry): AsyncGenerator<IncomingBytes> {
    const held: Uint8Array[] = [];
    const hasher = createHasher('sha1');
    for await (const data of this.#bytes(file)) {
      hasher.update(data);
      if (file.size <= SMALL_BYTES) held.push(data);
    }
    const hash = hasher.hex();
    this.hashes.set(file, hash);
    if (this.#known.has(hash)) return;
    this.#known.add(hash);
    const of: Incoming = { size: file.size, hash };
    if (held.length > 0) for (const data of held) yield { of, data };
    else for await (const data of this.#bytes(file)) yield { of, data };
  }

  async *#bytes(file: TreeEntry): AsyncGenerator<Uint8Array> {
    const source = await file.open();
    try {
      for (let at = 0; at < file.size; at += READ_BYTES) {
        throwIfAborted(this.#options.signal);
        yield await readBytes(source, at, Math.min(READ_BYTES, file.size - at));
      }
    } finally {
      await source.close();
    }
  }
}
