import { EngineError } from '../../base/errors.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { optional } from '../optional.ts';
import { hasJump, readGeometry, type FatGeometry } from './geometry.ts';
import { ATTR_DIRECTORY, ATTR_LONG_NAME, FatDirEntry } from './structs.ts';

/** So many folders are looked at: the first one that is not as it must be tells. */
const MAX_FOLDERS = 16;
const DELETED = 0xe5;

/** What decides where anything lies. */
const PLACES = ['sectorSize', 'length', 'clusterSize', 'clusters', 'fatLength', 'dataOffset', 'rootCluster'] as const satisfies readonly (keyof FatGeometry)[];

/**
 * A FAT32 has its boot sector twice; what the first one says of where things lie, the copy must say too. A copy that was
 * never written, or cannot be read, says nothing.
 * @throws EngineError `allocation-invalid`
 */
export async function checkBackup(source: BlockSource, geometry: FatGeometry): Promise<void> {
  const { backupOffset } = geometry;
  if (backupOffset === 0 || backupOffset >= geometry.reservedLength) return;
  const sector = await optional(() => readBytes(source, backupOffset, 512), null);
  if (!sector || !hasJump(sector) || sector[510] !== 0x55 || sector[511] !== 0xaa) return;
  const copy = await optional(() => readGeometry(sector), null);
  if (!copy || PLACES.some((place) => copy[place] !== geometry[place])) {
    throw new EngineError('allocation-invalid', { kind: geometry.kind, reason: 'boot-copies-differ' });
  }
}

/**
 * The folders in the root directory start with an entry for themselves (fatgen103, section 6.5): where they do not, the
 * boot sector is wrong about where the clusters lie.
 * @param root the start of the root directory
 * @throws EngineError `allocation-invalid`; errors of reading
 */
export async function checkFolders(source: BlockSource, geometry: FatGeometry, root: Uint8Array): Promise<void> {
  let looked = 0;
  for (let at = 0; at + FatDirEntry.size <= root.length && looked < MAX_FOLDERS; at += FatDirEntry.size) {
    if (root[at] === 0) return;
    if (root[at] === DELETED) continue;
    const entry = FatDirEntry.read(root, at);
    if ((entry.attributes & ATTR_LONG_NAME) === ATTR_LONG_NAME || !(entry.attributes & ATTR_DIRECTORY)) continue;
    const cluster = entry.clusterLow + (geometry.kind === 'fat32' ? entry.clusterHigh * 65_536 : 0);
    const isInside = cluster >= 2 && cluster < geometry.clusters + 2;
    const first = isInside ? await readBytes(source, geometry.dataOffset + (cluster - 2) * geometry.clusterSize, FatDirEntry.size) : null;
    if (!first || FatDirEntry.read(first).name.trimEnd() !== '.') {
      throw new EngineError('allocation-invalid', { kind: geometry.kind, reason: 'folders-displaced' });
    }
    looked++;
  }
}
