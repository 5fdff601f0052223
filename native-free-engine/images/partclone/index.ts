export * from './read.ts';
export { PARTCLONE_MAGIC } from './structs.ts';
