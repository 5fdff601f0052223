export * from './check.ts';
export * from './read.ts';
export * from './structs.ts';
export * from './write.ts';
