export * from './check.ts';
export { readGpt, type GptCopy, type GptTable } from './read.ts';
export * from './rewrite.ts';
export * from './structs.ts';
export * from './write.ts';
