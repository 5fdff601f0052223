import { EngineError } from '../../base/errors.ts';
import { FILE_ATTRIBUTE_HIDDEN, type FileTree } from '../../io/file-tree.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { TreeBuilder } from '../../io/tree-builder.ts';
import type { BlockSource } from '../../io/types.ts';
import { atPath, DirectoryGuard, MAX_DISC_ENTRIES } from '../disc-faults.ts';
import { placeOf, type UdfAddress } from './address.ts';
import { udfNames, udfRoot } from './directory.ts';
import { readUdfFile, type UdfFile } from './file.ts';
import { UDF_FILE_TYPE, UDF_NAME } from './structs.ts';
import { decodeOsta, type UdfVolume } from './volume.ts';

/** Allocation descriptors of all files together: a sound disc has about as many as files. */
const MAX_DESCRIPTORS = 4_000_000;
const MAX_LINK_BYTES = 16 * 1024;

/**
 * Everything on the disc as its UDF file system says it. Files open as parts of `source`.
 * @throws EngineError `disc-invalid`, `disc-loop`, `disc-truncated`, `disc-feature-unsupported`, `tree-name-unsafe`,
 *   `tree-name-twice`, `tree-too-deep`, `tree-too-large`
 */
export async function readUdfTree(source: BlockSource, volume: UdfVolume): Promise<FileTree> {
  const builder = new TreeBuilder(MAX_DISC_ENTRIES);
  const guard = new DirectoryGuard(source.size);
  let descriptors = 0;
  const read = async (path: string, icb: UdfAddress): Promise<UdfFile> => {
    const file = await atPath(path, () => readUdfFile(source, volume, icb));
    descriptors += file.descriptors;
    if (descriptors > MAX_DESCRIPTORS) throw new EngineError('disc-invalid', { path });
    return file;
  };

  const folder = async (path: string, icb: UdfAddress, file: UdfFile): Promise<void> => {
    guard.enter(path, await atPath(path, () => placeOf(volume, icb, volume.blockSize)));
    guard.count(path, file.size);
    const names = await atPath(path, async () => [...udfNames(await readBytes(file.contents, 0, file.size))]);
    for (const { name, characteristics, icb: child } of names) await entry(builder.join(path, name), characteristics, child);
  };

  const entry = async (path: string, characteristics: number, icb: UdfAddress): Promise<void> => {
    const file = await read(path, icb);
    const { modifiedAt, size, type, place } = file;
    const common = { path, modifiedAt, attributes: characteristics & UDF_NAME.hidden ? FILE_ATTRIBUTE_HIDDEN : 0 };
    if ((type === UDF_FILE_TYPE.folder) !== ((characteristics & UDF_NAME.folder) !== 0)) throw new EngineError('disc-invalid', { path });
    if (type === UDF_FILE_TYPE.folder) {
      builder.add({ ...common, kind: 'folder', size: 0, open: () => Promise.reject(new EngineError('disc-invalid', { path })) });
      await folder(path, icb, file);
    } else if (type === UDF_FILE_TYPE.link) {
      const target = await atPath(path, async () => linkTarget(await readBytes(file.contents, 0, Math.min(size, MAX_LINK_BYTES))));
      builder.leaveOut({ path, why: 'link', target });
    } else if (([UDF_FILE_TYPE.file, UDF_FILE_TYPE.realTime, UDF_FILE_TYPE.unspecified] as number[]).includes(type)) {
      // Where it lies was checked above; it is read again when it is opened, so that nothing of it is kept meanwhile.
      builder.add({ ...common, kind: 'file', size, place, open: async () => (await atPath(path, () => readUdfFile(source, volume, icb))).contents });
    } else builder.leaveOut({ path, why: 'special', target: '' });
  };

  const root = await atPath('', () => udfRoot(source, volume));
  await folder('', root, await read('', root));
  return builder.build(volume.label);
}

/** Components of a path, each with its kind (ECMA-167 4/14.16). */
function linkTarget(data: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at + 4 <= data.length; ) {
    const length = data[at + 1] ?? 0;
    const kind = data[at];
    if (kind === 1 || kind === 2) parts.splice(0, parts.length, '');
    else if (kind === 3) parts.push('..');
    else if (kind === 4) parts.push('.');
    else if (kind === 5) parts.push(decodeOsta(data.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return parts.join('/');
}
