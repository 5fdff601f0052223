/** The engine's only public entry. */
export * from './base/abort.ts';
export * from './base/error-codes.ts';
export * from './base/errors.ts';
export * from './base/extent.ts';
export * from './base/job.ts';
export * from './base/safe-int.ts';
export { crc32, createHasher, type ChecksumAlgorithm, type Hasher } from './codecs/checksums.ts';
export * from './images/types.ts';
export * from './io/types.ts';
export { alignedBuffer } from './io/aligned-buffer.ts';
export { memoryDevice, type MemoryDevice } from './io/memory.ts';
export { openDevice, type DeviceOptions } from './io/node-device.ts';
export { openFileSource } from './io/node-file.ts';
export { rangedSource } from './io/ranged.ts';
export { throttled } from './io/throttled.ts';
export { writeImage, type LaneProgress, type LaneResult, type WriteOptions, type WriteProgress, type WriteResult } from './pipeline/write.ts';
export { STALL_TIMEOUTS, type StallTimeouts } from './pipeline/stall-ladder.ts';
export type { WriteTarget } from './pipeline/lane.ts';
