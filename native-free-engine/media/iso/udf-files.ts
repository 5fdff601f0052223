import { EngineError } from '../../base/errors.ts';
import { alignUp } from '../../base/safe-int.ts';
import {
  UDF_FILE_TYPE, UDF_NAME, UDF_TAG, UdfFileEntry, UdfFileEntryRest, UdfFileIdentifier, UdfLongAllocation,
} from '../../filesystems/udf/structs.ts';
import { udfTimestamp } from '../../filesystems/udf/timestamp.ts';
import { FILE_ATTRIBUTE_HIDDEN } from '../../io/file-tree.ts';
import { blocksOf, foldersOf, type DiscFolder, type DiscNode } from './nodes.ts';
import { entityId, IMPLEMENTATION, ostaBytes, seal, UDF_BLOCK } from './udf-encode.ts';

/** The largest extent of whole blocks that 30 bits can say. */
const MAX_EXTENT = 0x3ffff800;
/** How large a file one entry can describe, its descriptors all in its one block. */
export const MAX_UDF_FILE = Math.floor((UDF_BLOCK - UdfFileEntryRest.size) / 8) * MAX_EXTENT;
/** Numbers below belong to Macintosh (OSTA UDF 3.2.1.1). */
const FIRST_ID = 16;
/** Read and search for everybody (ECMA-167 4/14.9.5). */
const PERMISSIONS = 0x14a5;
/** The file set and its terminator come first. */
const FIRST_BLOCK = 2;

/** The blocks of all file entries and directories. */
export interface UdfFilesPlan {
  readonly blocks: number;
  readonly files: number;
  readonly folders: number;
  readonly nextId: number;
}

export function longAllocation(block: number, length: number, id = 0): Uint8Array {
  const implementation = new Uint8Array(6);
  new DataView(implementation.buffer).setUint32(2, id, true);
  return UdfLongAllocation.write({ length, block, partition: 0, implementation });
}

const identifierSize = (name: Uint8Array): number => alignUp(UdfFileIdentifier.size + name.length, 4);

function directorySize(folder: DiscFolder): number {
  return folder.children.reduce((sum, child) => sum + identifierSize(ostaBytes(child.name)), identifierSize(new Uint8Array()));
}

/**
 * Gives every folder and file its entry's block: a folder's entry, its names, then the entries of its files.
 * @throws EngineError `disc-file-too-large`, `disc-name-unfit`
 */
export function planUdfFiles(root: DiscFolder): UdfFilesPlan {
  let block = FIRST_BLOCK;
  let files = 0;
  let folders = 0;
  for (const folder of foldersOf(root)) {
    folders++;
    folder.udfBlock = block;
    block += 1 + blocksOf(directorySize(folder));
    for (const child of folder.children) {
      const path = folder.path ? `${folder.path}/${child.name}` : child.name;
      if (ostaBytes(child.name).length > 255) throw new EngineError('disc-name-unfit', { path });
      if (child.kind === 'folder') continue;
      if (child.entry.size > MAX_UDF_FILE) throw new EngineError('disc-file-too-large', { path, size: child.entry.size });
      files++;
      child.udfBlock = block++;
    }
  }
  return { blocks: block, files, folders, nextId: FIRST_ID + files + folders };
}

/** Everything planned, in the order of its blocks. @param start the partition's first block, which files are counted from */
export function* udfFiles(root: DiscFolder, start: number): Generator<Uint8Array> {
  const ids = new Map<DiscNode, number>([[root, 0]]);
  let nextId = FIRST_ID;
  const idOf = (node: DiscNode): number => {
    const id = ids.get(node);
    if (id !== undefined) return id;
    ids.set(node, nextId);
    return nextId++;
  };
  for (const folder of foldersOf(root)) {
    const size = directorySize(folder);
    const subfolders = folder.children.filter(({ kind }) => kind === 'folder').length;
    const namesBlock = folder.udfBlock + 1;
    yield fileEntry(folder, folder.udfBlock, { type: UDF_FILE_TYPE.folder, size, block: namesBlock, links: subfolders + 1, id: idOf(folder) });

    const names = new Uint8Array(blocksOf(size) * UDF_BLOCK);
    const parent = folder.parent ?? folder;
    let at = putIdentifier(names, 0, namesBlock, new Uint8Array(), UDF_NAME.parent | UDF_NAME.folder, longAllocation(parent.udfBlock, UDF_BLOCK, idOf(parent)));
    for (const child of folder.children) {
      const hidden = child.kind === 'file' && child.entry.attributes & FILE_ATTRIBUTE_HIDDEN ? UDF_NAME.hidden : 0;
      const characteristics = (child.kind === 'folder' ? UDF_NAME.folder : 0) | hidden;
      at = putIdentifier(names, at, namesBlock, ostaBytes(child.name), characteristics, longAllocation(child.udfBlock, UDF_BLOCK, idOf(child)));
    }
    yield names;
    for (const child of folder.children) {
      if (child.kind === 'folder') continue;
      const { size: bytes } = child.entry;
      yield fileEntry(child, child.udfBlock, { type: UDF_FILE_TYPE.file, size: bytes, block: child.block - start, links: 1, id: idOf(child) });
      ids.delete(child);
    }
  }
}

function putIdentifier(into: Uint8Array, at: number, block: number, name: Uint8Array, characteristics: number, icb: Uint8Array): number {
  const size = identifierSize(name);
  const descriptor = new Uint8Array(size);
  UdfFileIdentifier.write({ tag: new Uint8Array(16), version: 1, characteristics, nameLength: name.length, icb, implementationLength: 0 }, descriptor);
  descriptor.set(name, UdfFileIdentifier.size);
  into.set(seal(descriptor, UDF_TAG.fileIdentifier, block + Math.floor(at / UDF_BLOCK)), at);
  return at + size;
}

function fileEntry(
  node: DiscNode, location: number, values: { type: number; size: number; block: number; links: number; id: number },
): Uint8Array {
  const sector = new Uint8Array(UDF_BLOCK);
  const { type, size, block, links, id } = values;
  const extents = Math.ceil(size / MAX_EXTENT);
  const when = udfTimestamp(node.modifiedAt);
  const length = UdfFileEntryRest.size + extents * 8;
  UdfFileEntryRest.write(
    {
      blocks: BigInt(blocksOf(size)), accessed: when, modified: when, attributesChanged: when, checkpoint: 1,
      implementation: entityId('implementation', IMPLEMENTATION), uniqueId: BigInt(id), attributesLength: 0, allocationLength: extents * 8,
    },
    sector,
  );
  // The start comes second: writing a structure clears all of it, and the second one declares the first as well.
  UdfFileEntry.write(
    {
      tag: new Uint8Array(16), strategy: 4, maximumEntries: 1, fileType: type, icbFlags: 0,
      owner: 0xffffffff, group: 0xffffffff, permissions: PERMISSIONS, links, size: BigInt(size),
    },
    sector,
  );
  const view = new DataView(sector.buffer);
  for (let i = 0, done = 0; i < extents; i++, done += MAX_EXTENT) {
    view.setUint32(UdfFileEntryRest.size + i * 8, Math.min(size - done, MAX_EXTENT), true);
    view.setUint32(UdfFileEntryRest.size + i * 8 + 4, block + done / UDF_BLOCK, true);
  }
  return seal(sector, UDF_TAG.fileEntry, location, length);
}
