import { EngineError } from '../../base/errors.ts';
import { ISO_FLAG, ISO_SECTOR, IsoDirectoryRecord } from '../../filesystems/iso9660/structs.ts';
import { blocksOf, type DiscFolder, type DiscLink, type DiscNode } from './nodes.ts';
import type { Namer } from './names.ts';
import { ContinuationAreas, folderEntries, layOutEntries, MAX_RECORD, nodeEntries, pieceBytes, type SuspEntries, type SuspLayout } from './rock-ridge.ts';

/** One directory tree of a new disc in the form of ISO 9660: the plain one or Joliet's. */
export interface IsoTreePlan {
  readonly folders: readonly IsoFolderPlan[];
  /** Bytes of a path table. */
  readonly pathTableSize: number;
  /** Blocks: both path tables, then the folders, then what of Rock Ridge does not fit its record. */
  readonly blocks: number;
  /** From the start of the tree's blocks: where that begins. */
  readonly areas: { readonly block: number; readonly blocks: number };
}

interface IsoFolderPlan {
  readonly folder: DiscFolder;
  readonly identifier: Uint8Array;
  /** Counted from 1, as path tables do. */
  readonly parent: number;
  readonly self: SystemUse;
  readonly above: SystemUse;
  readonly records: readonly NodeRecord[];
  /** Bytes, whole blocks. */
  readonly size: number;
  /** From the start of the tree's blocks. */
  readonly block: number;
}

interface NodeRecord {
  readonly node: DiscNode | DiscLink;
  readonly identifier: Uint8Array;
  readonly use: SystemUse;
}

/** What stands behind the name of a record. */
interface SystemUse {
  readonly layout: SuspLayout;
  /** Of the pieces elsewhere, from the start of the areas; bytes. */
  readonly places: readonly number[];
}

/** A file beyond 4 GiB takes several records; each but the last holds this much, whole blocks (ECMA-119, level 3). */
const MAX_RECORD_BYTES = 0xfffff800;
/** Path tables count folders with 16 bits. */
const MAX_FOLDERS = 0xffff;
const SELF = Uint8Array.of(0);
const PARENT = Uint8Array.of(1);

const nameEnd = (identifier: Uint8Array): number => IsoDirectoryRecord.size + identifier.length + (identifier.length % 2 === 0 ? 1 : 0);
/** Even, as every record's is. */
const recordLength = (identifier: Uint8Array, { layout }: SystemUse): number => nameEnd(identifier) + layout.inline + (layout.inline % 2);
const recordsOf = (node: DiscNode | DiscLink): number => (node.kind === 'file' ? Math.max(1, Math.ceil(node.entry.size / MAX_RECORD_BYTES)) : 1);

/**
 * Lays out a tree.
 * @param namer for each folder afresh
 * @param encode Latin-1 or UTF-16, big endian
 * @param rockRidge with names, links and modes as POSIX has them, beside the names that `namer` gives
 * @throws EngineError `tree-too-large` for more folders than a path table can count
 */
export function planIsoTree(root: DiscFolder, namer: () => Namer, encode: (name: string) => Uint8Array, rockRidge = false): IsoTreePlan {
  const folders: IsoFolderPlan[] = [];
  const areas = new ContinuationAreas();
  const useOf = (identifier: Uint8Array, entries: () => SuspEntries): SystemUse => {
    const layout = layOutEntries(rockRidge ? entries() : [], MAX_RECORD - nameEnd(identifier));
    return { layout, places: areas.place(layout) };
  };
  let pathTableSize = 0;
  let block = 0;
  // Path tables go level by level, so this does as well (ECMA-119 6.9.1).
  let level: { folder: DiscFolder; identifier: Uint8Array; parent: number }[] = [{ folder: root, identifier: SELF, parent: 1 }];
  while (level.length > 0) {
    const next: typeof level = [];
    for (const { folder, identifier, parent } of level) {
      if (folders.length >= MAX_FOLDERS) throw new EngineError('tree-too-large', { limit: MAX_FOLDERS });
      const name = namer();
      const self = useOf(SELF, () => folderEntries(folder, folder === root));
      const above = useOf(PARENT, () => folderEntries(folder.parent ?? folder, false));
      const records = [...folder.children, ...folder.links]
        .map((node) => ({ node, stored: name(node.name, node.kind === 'folder') }))
        .sort((a, b) => compare(a.stored, b.stored))
        .map(({ node, stored }): NodeRecord => {
          const identifier = encode(stored);
          return { node, identifier, use: useOf(identifier, () => nodeEntries(node)) };
        });
      const size = directorySize(recordLength(SELF, self) + recordLength(PARENT, above), records);
      folders.push({ folder, identifier, parent, self, above, records, size, block });
      block += size / ISO_SECTOR;
      pathTableSize += 8 + identifier.length + (identifier.length % 2);
      const number = folders.length;
      for (const record of records) if (record.node.kind === 'folder') next.push({ folder: record.node, identifier: record.identifier, parent: number });
    }
    level = next;
  }
  const tables = 2 * blocksOf(pathTableSize);
  const { blocks } = areas;
  return {
    folders: folders.map((folder) => ({ ...folder, block: folder.block + tables })), pathTableSize, blocks: tables + block + blocks, areas: { block: tables + block, blocks },
  };
}

/** By the name, then the extension, each as if filled up with blanks (ECMA-119 9.3). */
function compare(a: string, b: string): number {
  const [nameA = '', extensionA = ''] = split(a);
  const [nameB = '', extensionB = ''] = split(b);
  return order(nameA, nameB) || order(extensionA, extensionB);
}

function split(stored: string): readonly string[] {
  const name = stored.replace(/;1$/, '');
  const dot = name.lastIndexOf('.');
  return dot < 0 ? [name] : [name.slice(0, dot), name.slice(dot + 1)];
}

function order(a: string, b: string): number {
  const length = Math.max(a.length, b.length);
  const [x, y] = [a.padEnd(length), b.padEnd(length)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function directorySize(start: number, records: readonly NodeRecord[]): number {
  let at = start;
  for (const { node, identifier, use } of records) {
    const length = recordLength(identifier, use);
    for (let i = recordsOf(node); i > 0; i--) at = placeFor(at, length) + length;
  }
  return blocksOf(at) * ISO_SECTOR;
}

/** Records do not cross blocks. */
function placeFor(at: number, length: number): number {
  return (at % ISO_SECTOR) + length > ISO_SECTOR ? blocksOf(at) * ISO_SECTOR : at;
}

/** The two path tables, little and big endian, each in whole blocks. @param start block of the tree on the disc */
export function* isoPathTables(plan: IsoTreePlan, start: number): Generator<Uint8Array> {
  for (const littleEndian of [true, false]) {
    const table = new Uint8Array(blocksOf(plan.pathTableSize) * ISO_SECTOR);
    const view = new DataView(table.buffer);
    let at = 0;
    for (const { identifier, parent, block } of plan.folders) {
      view.setUint8(at, identifier.length);
      view.setUint32(at + 2, start + block, littleEndian);
      view.setUint16(at + 6, parent, littleEndian);
      table.set(identifier, at + 8);
      at += 8 + identifier.length + (identifier.length % 2);
    }
    yield table;
  }
}

/** Every folder's records, in the order of their blocks, then what of Rock Ridge does not fit them. @param start block of the tree on the disc */
export function* isoDirectories(plan: IsoTreePlan, start: number): Generator<Uint8Array> {
  const places = new Map(plan.folders.map((folder) => [folder.folder, folder]));
  const areas = new Uint8Array(plan.areas.blocks * ISO_SECTOR);
  const useBytes = ({ layout, places: pieces }: SystemUse): Uint8Array => {
    const [behindName, ...elsewhere] = pieceBytes(layout, pieces, start + plan.areas.block);
    elsewhere.forEach((bytes, i) => areas.set(bytes, pieces[i]));
    return behindName!;
  };
  for (const { folder, parent, self, above: aboveUse, records, size, block } of plan.folders) {
    const data = new Uint8Array(size);
    const above = plan.folders[parent - 1];
    let at = writeRecord(data, 0, SELF, { block: start + block, size, modifiedAt: folder.modifiedAt, flags: ISO_FLAG.directory, use: useBytes(self) });
    at = writeRecord(data, at, PARENT, {
      block: start + (above?.block ?? 0), size: above?.size ?? 0, modifiedAt: above?.folder.modifiedAt ?? folder.modifiedAt, flags: ISO_FLAG.directory, use: useBytes(aboveUse),
    });
    for (const { node, identifier, use: layout } of records) {
      const length = recordLength(identifier, layout);
      const use = useBytes(layout);
      const { modifiedAt } = node;
      if (node.kind === 'folder') {
        const place = places.get(node);
        at = writeRecord(data, placeFor(at, length), identifier, { block: start + (place?.block ?? 0), size: place?.size ?? 0, modifiedAt, flags: ISO_FLAG.directory, use });
      } else if (node.kind === 'link') {
        at = writeRecord(data, placeFor(at, length), identifier, { block: 0, size: 0, modifiedAt, flags: 0, use });
      } else {
        const { size: bytes } = node.entry;
        for (let done = 0, left = recordsOf(node); left > 0; left--, done += MAX_RECORD_BYTES) {
          const part = Math.min(bytes - done, MAX_RECORD_BYTES);
          at = writeRecord(data, placeFor(at, length), identifier, { block: node.block + done / ISO_SECTOR, size: part, modifiedAt, flags: left > 1 ? ISO_FLAG.moreExtents : 0, use });
        }
      }
    }
    yield data;
  }
  yield areas;
}

/** The record of the root that a volume descriptor holds: of its name only, there is no room for more. */
export function isoRootRecord(plan: IsoTreePlan, start: number): Uint8Array {
  const [root] = plan.folders;
  const record = new Uint8Array(34);
  if (root) writeRecord(record, 0, SELF, { block: start + root.block, size: root.size, modifiedAt: root.folder.modifiedAt, flags: ISO_FLAG.directory, use: new Uint8Array() });
  return record;
}

function writeRecord(
  into: Uint8Array, at: number, identifier: Uint8Array, values: { block: number; size: number; modifiedAt: Date; flags: number; use: Uint8Array },
): number {
  const { block, size, modifiedAt: when, flags, use } = values;
  const useAt = nameEnd(identifier);
  const length = useAt + use.length + (use.length % 2);
  IsoDirectoryRecord.write(
    {
      length, attributeBlocks: 0, extent: block, size, flags, unitSize: 0, gapSize: 0, volumeSequence: 1, nameLength: identifier.length,
      recorded: Uint8Array.of(
        Math.min(255, Math.max(0, when.getUTCFullYear() - 1900)), when.getUTCMonth() + 1, when.getUTCDate(),
        when.getUTCHours(), when.getUTCMinutes(), when.getUTCSeconds(), 0,
      ),
    },
    into,
    at,
  );
  into.set(identifier, at + IsoDirectoryRecord.size);
  into.set(use, at + useAt);
  return at + length;
}
