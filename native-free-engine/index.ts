/** The engine's only public entry. */
export * from './base/abort.ts';
export * from './base/error-codes.ts';
export * from './base/errors.ts';
export * from './base/extent.ts';
export * from './base/job.ts';
export * from './base/safe-int.ts';
export { createHasher, type ChecksumAlgorithm, type Hasher } from './codecs/checksums.ts';
export { compressFrame } from './codecs/zstd-compress.ts';
export { buildSeekTable, type SeekEntry } from './codecs/zstd-format.ts';
export { checkBmapFits, findBmap, parseBmap } from './images/bmap.ts';
export { findChecksums, hashStored, parseChecksum } from './images/checksums.ts';
export { openImage, type OpenImageOptions } from './images/open.ts';
export { isUrl } from './images/node-location.ts';
export * from './images/types.ts';
export * from './io/types.ts';
export type { FileTree, TreeEntry } from './io/file-tree.ts';
export { alignedBuffer } from './io/aligned-buffer.ts';
export { memoryDevice, type MemoryDevice } from './io/memory.ts';
export { openDevice, type DeviceOptions } from './io/node-device.ts';
export { openFileSource } from './io/node-file.ts';
export { giveToCaller } from './io/node-caller.ts';
export { rangedSource } from './io/ranged.ts';
export { throttled } from './io/throttled.ts';
export { writeImage, type LaneProgress, type LaneResult, type WriteOptions, type WriteProgress, type WriteResult } from './pipeline/write.ts';
export { STALL_TIMEOUTS, type StallTimeouts } from './pipeline/stall-ladder.ts';
export type { WriteTarget } from './pipeline/lane.ts';
export { readDisk, type ChunkTaker, type ReadProgress } from './pipeline/read.ts';
export { nonZeroRuns } from './pipeline/zero-runs.ts';
export * from './filesystems/index.ts';
export * from './layout/index.ts';
export { findOwners, readAllocation } from './filesystems/allocation.ts';
export type { AllocationMap, FileOwner, VolumeCondition } from './filesystems/allocation-types.ts';
export type { DiskImage, DiskImageFormat, OpenDiskImageOptions } from './images/disk-image.ts';
export { type Manifest } from './images/manifest/manifest.ts';
export { IMAGE_ID_HEAD_BYTES, imageIdIn } from './images/qcow2/image-id.ts';
export {
  journalPath, manifestPath, partialPath, partPath, readManifest, readSums, sumsPath, type FoundManifest,
} from './images/manifest/node-image-set.ts';
export { type Sums } from './images/manifest/sums.ts';
export type { CaptureOptions, CaptureResult } from './pipeline/imaging/capture-options.ts';
export { captureDisk } from './pipeline/imaging/node-capture.ts';
export { destinationError } from './pipeline/imaging/node-output-parts.ts';
export { discardUnfinished, readJournalHead } from './pipeline/imaging/node-capture-journal.ts';
export type { Compression, DeviceAddress, ImagingProgress, MemoryLevel } from './pipeline/imaging/types.ts';
export { planRestore } from './layout/restore-plan.ts';
export { gptRoomOf, type TableSource } from './layout/restore-plan-table.ts';
export type { GptRoom, RestoredPartition, RestoreLayout, RestorePiece, RestoreRequest, RestOfDisk } from './layout/restore-plan-types.ts';
export {
  restoreImage, type RestoredTarget, type RestoreOptions, type RestorePhase, type RestoreProgress, type RestoreResult,
} from './pipeline/imaging/node-restore.ts';
export type { ImageAddress } from './pipeline/imaging/node-restore-reader.ts';
export type { RestoreState, TargetRequest } from './pipeline/imaging/node-restore-target.ts';
export { readMarker, type RestoreMarker } from './pipeline/imaging/restore-marker.ts';
export { openDiskImage } from './images/open-disk-image.ts';
export { readQcow2Header, type Qcow2Info } from './images/qcow2/read-header.ts';
export { convertImage, type ConvertFormat, type ConvertOptions, type ConvertResult } from './pipeline/imaging/convert.ts';
export { readBytes } from './io/read-bytes.ts';
export { verifyImage, type VerifyOptions, type VerifyResult } from './pipeline/imaging/node-verify.ts';
