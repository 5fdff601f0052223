export * from './check.ts';
export { readGpt, readGptCopy, type GptCopy, type GptPartition, type GptTable } from './read.ts';
export * from './structs.ts';
export * from './write.ts';
