export { partitionTypeName } from './partition-types.ts';
export { readLayout } from './read-layout.ts';
export type { Layout, LayoutFileSystem, LayoutPartition, LayoutRole } from './types.ts';
