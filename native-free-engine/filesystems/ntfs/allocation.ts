import { throwIfAborted } from '../../base/abort.ts';
import { normalize, subtract, union, type Extent, type ExtentSet } from '../../base/extent.ts';
import { createHasher, type Hasher } from '../../codecs/checksums.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { AllocationReader, LeftOut, VolumeCondition } from '../allocation-types.ts';
import { readClusterBitmap } from './cluster-bitmap.ts';
import { isDamage, isUnreadable, reject, rejectMap } from './faults.ts';
import { tailOf } from './geometry.ts';
import { isLogClean } from './log-file.ts';
import { Mft } from './mft.ts';
import type { NtfsAttribute } from './record.ts';
import { findInRoot } from './root-directory.ts';
import type { NtfsStream } from './stream.ts';
import { NTFS_ATTRIBUTE, NTFS_FILE, NtfsVolumeInformation } from './structs.ts';
import { contentOf, HIBERNATION_FILE, isAsleep, leaveOut, SWAP_FILES } from './swap-files.ts';

/** $Volume: the volume is dirty, or chkdsk was at work on it. */
const DIRTY_FLAGS = 0x4001;
/** The file system's own files have no more pieces than this; taking the volume whole costs less than following them. */
const MAX_METADATA_EXTENTS = 500_000;
/** Of the MFT's start and of the log's: what every mount for writing changes. */
const FINGERPRINT_RECORDS = 16;
const FINGERPRINT_LOG_BYTES = 2 * 4096;

/**
 * Trusts $Bitmap where it agrees with what the file system's own files occupy. Of these only $MFT and $Bitmap must
 * be sound and readable; damage in others makes the volume `dirty`, and a bad sector in them is left to the capture.
 */
export const ntfsAllocation: AllocationReader = async (source, { leaveOutSwapFiles, signal }) => {
  throwIfAborted(signal);
  const conditions = new Set<VolumeCondition>();
  const tolerate = async <T>(read: () => Promise<T>): Promise<T | null> => {
    throwIfAborted(signal);
    try {
      return await read();
    } catch (error) {
      if (isDamage(error)) conditions.add('dirty');
      else if (!isUnreadable(error)) throw error;
      return null;
    }
  };

  const mft = await Mft.open(source);
  const own = await ownFiles(mft, tolerate);
  checkSize(mft, own.get(NTFS_FILE.badClusters) ?? []);
  const information = own.get(NTFS_FILE.volume)?.find((a) => a.type === NTFS_ATTRIBUTE.volumeInformation)?.value;
  if (!information) conditions.add('dirty');
  else await tolerate(async () => void ((NtfsVolumeInformation.read(information).flags & DIRTY_FLAGS) && conditions.add('dirty')));
  const log = await tolerate(async () => mft.join(own.get(NTFS_FILE.logFile) ?? [], NTFS_ATTRIBUTE.data, ''));
  if (log) await tolerate(async () => void ((await isLogClean(log)) || conditions.add('journal')));
  const swapFiles = await openSwapFiles(mft, own.get(NTFS_FILE.root) ?? [], tolerate);
  const sleeper = swapFiles.get(HIBERNATION_FILE);
  if (sleeper !== undefined && (await tolerate(() => isAsleep(sleeper)))) conditions.add('hibernated');

  const hasher = createHasher('sha256');
  await hashStart(hasher, tolerate, () => readBytes(source, 0, mft.geometry.sectorSize));
  await hashStart(hasher, tolerate, () => mft.stream.read(0, Math.min(mft.stream.size, FINGERPRINT_RECORDS * mft.geometry.recordSize)));
  if (log) await hashStart(hasher, tolerate, () => log.read(0, Math.min(log.size, FINGERPRINT_LOG_BYTES)));
  const mapped = await readClusterBitmap(mft, hasher, signal);

  const metadata = metadataExtents(mft, own);
  // A map that has these free is not this volume's, or was read from a wrong place.
  if (subtract(metadata, mapped).length > 0) throw rejectMap('map-without-itself');
  const leftOut: LeftOut[] = [];
  let used = union(mapped, [{ offset: 0, length: mft.geometry.sectorSize }, tailOf(source, mft.geometry)]);
  for (const [name, file] of leaveOutSwapFiles ? swapFiles : []) {
    const left = file && leaveOut(name, file, used, metadata);
    if (!left) continue;
    leftOut.push(left);
    used = subtract(used, left.extents);
  }
  return { unit: mft.geometry.clusterSize, used, leftOut, conditions: [...conditions], fingerprint: hasher.hex() };
};

type Tolerate = <T>(read: () => Promise<T>) => Promise<T | null>;

/** The attributes of the file system's own files. @throws EngineError when those of $MFT or $Bitmap cannot be had */
async function ownFiles(mft: Mft, tolerate: Tolerate): Promise<Map<number, readonly NtfsAttribute[]>> {
  const found = new Map<number, readonly NtfsAttribute[]>();
  for (let number = 0; number <= NTFS_FILE.extend; number++) {
    const read = async (): Promise<NtfsAttribute[]> => mft.attributes(number, await mft.record(number));
    const essential = number === NTFS_FILE.mft || number === NTFS_FILE.bitmap;
    const attributes = essential ? await read() : await tolerate(read);
    if (attributes) found.set(number, attributes);
  }
  return found;
}

/**
 * $BadClus:$Bad is a hole as long as the volume: the one other place that tells its length.
 * @throws EngineError `allocation-invalid` when a boot sector with a wrong size would cut off the rest
 */
function checkSize(mft: Mft, badClusters: readonly NtfsAttribute[]): void {
  const { clusters, clusterSize } = mft.geometry;
  const bad = badClusters.find((a) => a.name === '$Bad' && a.firstVcn === 0);
  if (bad && bad.size > 0 && Math.floor(bad.size / clusterSize) !== clusters) throw rejectMap('size-disagrees $BadClus');
}

function metadataExtents(mft: Mft, own: ReadonlyMap<number, readonly NtfsAttribute[]>): ExtentSet {
  const { clusterSize } = mft.geometry;
  const extents: Extent[] = [];
  for (const attributes of own.values()) {
    for (const { cluster, length } of attributes.flatMap((a) => a.runs)) {
      if (cluster !== null) extents.push({ offset: cluster * clusterSize, length: length * clusterSize });
    }
    if (extents.length > MAX_METADATA_EXTENTS) throw rejectMap('too-many-fragments');
  }
  return normalize(extents);
}

/** The swap files there are; null for one without content. One whose record makes no sense is not among them. */
async function openSwapFiles(mft: Mft, root: readonly NtfsAttribute[], tolerate: Tolerate): Promise<Map<string, NtfsStream | null>> {
  const files = new Map<string, NtfsStream | null>();
  const search = await tolerate(() => findInRoot(mft, root, SWAP_FILES));
  if (search?.damaged) await tolerate(() => Promise.reject(reject('NtfsIndexHeader', 'root-directory')));
  for (const [name, reference] of search?.files ?? []) {
    const opened = await tolerate(async () => ({ content: await contentOf(mft, name, reference) }));
    if (opened) files.set(name, opened.content);
  }
  return files;
}

async function hashStart(hasher: Hasher, tolerate: Tolerate, read: () => Promise<Uint8Array>): Promise<void> {
  const bytes = await tolerate(read);
  if (bytes) hasher.update(bytes);
}
