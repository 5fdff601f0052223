export { recognise } from './recognise.ts';
export type { FileSystemFacts } from './types.ts';
