import { EngineError } from '../../base/errors.ts';
import { extentsSource, type FilePiece } from '../../io/extents-source.ts';
import { FILE_ATTRIBUTE_HIDDEN, type FileTree } from '../../io/file-tree.ts';
import { checkRange } from '../../io/bounds.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { TreeBuilder } from '../../io/tree-builder.ts';
import type { BlockSource } from '../../io/types.ts';
import { utf16beText } from '../../struct/index.ts';
import { atPath, DirectoryGuard, MAX_DISC_ENTRIES } from '../disc-faults.ts';
import { withoutVersion } from './directory.ts';
import { isIsoFolder, isoRecords, isSelfOrParent, type IsoRecord } from './records.ts';
import { readRockRidge, rockRidgeSkip, type RockRidge } from './rock-ridge.ts';
import { ISO_FLAG } from './structs.ts';
import type { IsoDirectory, IsoVolume } from './volume.ts';

/** The trees that an ISO 9660 disc may have: long Unicode names, POSIX names with links, and the plain one. */
export type IsoView = 'joliet' | 'rock-ridge' | 'iso9660';

const S_IFMT = 0o170000;
const SPECIAL_MODES = [0o020000, 0o060000, 0o010000, 0o140000];
const PLAIN: RockRidge = { name: null, link: null, childBlock: null, relocated: false, mode: null, packed: false };

/** Which trees the disc has, the plain one always. @throws EngineError `disc-truncated`, `disc-invalid` */
export async function isoViews(source: BlockSource, volume: IsoVolume): Promise<readonly IsoView[]> {
  const views: IsoView[] = volume.jolietRoot ? ['joliet'] : [];
  if ((await rootSkip(source, volume)) !== null) views.push('rock-ridge');
  return [...views, 'iso9660'];
}

/**
 * Everything on the disc as one of its trees says it. Files open as parts of `source`.
 * @throws EngineError `disc-invalid`, `disc-loop`, `disc-truncated`, `tree-name-unsafe`, `tree-name-twice`,
 *   `tree-too-deep`, `tree-too-large`; opening a file `disc-feature-unsupported`
 */
export async function readIsoTree(source: BlockSource, volume: IsoVolume, view: IsoView): Promise<FileTree> {
  const skip = view === 'rock-ridge' ? await rootSkip(source, volume) : null;
  const root = view === 'joliet' ? volume.jolietRoot : volume.root;
  if (!root || (view === 'rock-ridge' && skip === null)) throw new EngineError('disc-invalid', { path: '/' });
  const walk = new IsoWalk(source, volume, view, skip);
  await walk.folder('', root);
  return walk.builder.build(volume.label);
}

async function rootSkip(source: BlockSource, volume: IsoVolume): Promise<number | null> {
  return atPath('', async () => {
    const [self] = await recordsOf(source, volume, { ...volume.root, size: Math.min(volume.root.size, 2048) });
    return self ? rockRidgeSkip(source, self, volume.blockSize) : null;
  });
}

async function recordsOf(source: BlockSource, volume: IsoVolume, directory: IsoDirectory): Promise<readonly IsoRecord[]> {
  return [...isoRecords(await readBytes(source, directory.offset, directory.size), volume.blockSize)];
}

class IsoWalk {
  readonly builder = new TreeBuilder(MAX_DISC_ENTRIES);
  readonly #source: BlockSource;
  readonly #volume: IsoVolume;
  readonly #view: IsoView;
  readonly #skip: number | null;
  readonly #guard: DirectoryGuard;

  constructor(source: BlockSource, volume: IsoVolume, view: IsoView, skip: number | null) {
    this.#source = source;
    this.#volume = volume;
    this.#view = view;
    this.#skip = skip;
    this.#guard = new DirectoryGuard(source.size);
  }

  async folder(path: string, directory: IsoDirectory): Promise<void> {
    if (directory.size === 0) return;
    this.#guard.enter(path, directory.offset);
    this.#guard.count(path, directory.size);
    const records = await atPath(path, () => recordsOf(this.#source, this.#volume, directory));
    // A folder starts with itself: what does not is no folder.
    if (records[0] && !isSelfOrParent(records[0])) throw new EngineError('disc-invalid', { path: path || '/' });

    for (let i = 0; i < records.length; i++) {
      const record = records[i];
      if (!record || isSelfOrParent(record) || record.flags & ISO_FLAG.associated) continue;
      // A file beyond 4 GiB takes several records of one name, all but the last marked.
      const parts = [record];
      while ((parts.at(-1)?.flags ?? 0) & ISO_FLAG.moreExtents) {
        const next = records[++i];
        if (!next || !sameBytes(next.name, record.name)) throw new EngineError('disc-invalid', { path: path || '/' });
        parts.push(next);
      }
      const extra = this.#skip === null ? PLAIN : await atPath(path, () => readRockRidge(this.#source, record, this.#skip ?? 0, this.#volume.blockSize));
      if (!extra.relocated) await this.#entry(path, parts, extra);
    }
  }

  async #entry(folder: string, parts: readonly IsoRecord[], extra: RockRidge): Promise<void> {
    const [record] = parts;
    if (!record) return;
    const stored = this.#view === 'joliet' ? joliet(record.name) : new TextDecoder('latin1').decode(record.name);
    const path = this.builder.join(folder, extra.name ?? (this.#view === 'joliet' ? stored.replace(/;\d+$/, '') : withoutVersion(stored)));
    // Of several versions of a file the first is the newest (ECMA-119 9.3).
    if (extra.name === null && /;\d+$/.test(stored) && !stored.endsWith(';1') && this.builder.has(path)) return;

    const common = { path, modifiedAt: record.recorded, attributes: record.flags & ISO_FLAG.hidden ? FILE_ATTRIBUTE_HIDDEN : 0 };
    if (extra.link !== null) this.builder.leaveOut({ path, why: 'link', target: extra.link });
    else if (SPECIAL_MODES.includes((extra.mode ?? 0) & S_IFMT)) this.builder.leaveOut({ path, why: 'special', target: '' });
    else if (isIsoFolder(record) || extra.childBlock !== null) {
      const place = extra.childBlock === null ? record : await atPath(path, () => this.#moved(extra.childBlock ?? 0));
      this.builder.add({ ...common, kind: 'folder', size: 0, open: () => Promise.reject(new EngineError('disc-invalid', { path })) });
      await this.folder(path, place);
    } else {
      const pieces = parts.map(({ offset, size }): FilePiece => ({ offset, length: size }));
      await atPath(path, () => pieces.forEach(({ offset, length }) => length > 0 && checkRange('disc', offset ?? 0, length, this.#source.size)));
      const size = pieces.reduce((sum, { length }) => sum + length, 0);
      const refused = extra.packed ? 'zisofs' : parts.some((part) => part.interleaved) ? 'interleaved files' : null;
      const open = async (): Promise<BlockSource> => {
        if (refused) throw new EngineError('disc-feature-unsupported', { feature: refused });
        return extentsSource(this.#source, pieces, size);
      };
      this.builder.add({ ...common, kind: 'file', size, place: record.offset, open });
    }
  }

  /** A folder that was moved up: its record of itself, at its first block, knows its size. */
  async #moved(block: number): Promise<IsoDirectory> {
    const offset = block * this.#volume.blockSize;
    const [self] = await recordsOf(this.#source, this.#volume, { offset, size: 2048 });
    return { offset, size: self?.size ?? 0 };
  }
}

/** UTF-16, zeros kept for the check of names. */
function joliet(name: Uint8Array): string {
  const text = utf16beText(name);
  return text.length < Math.floor(name.length / 2) ? `${text}\0` : text;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
