export { classifyImage, type ImageClass, type ImageKind } from './classify-image.ts';
export { formatStick, planStickFormat, type StickFileSystem, type StickFormatOptions, type StickFormatPlan } from './format-disk.ts';
export { headSource } from './head-source.ts';
export { partitionTypeName } from './partition-types.ts';
export { readLayout } from './read-layout.ts';
export type { Layout, LayoutFileSystem, LayoutPartition, LayoutRole } from './types.ts';
export type { CaptureMethod, DiskMap, MappedPartition, WholeReason } from './disk-map.ts';
export { mapDisk, type FoundMap, type MapDiskOptions } from './map-disk.ts';
