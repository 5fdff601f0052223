export * from './calls.ts';
export * from './disk.ts';
export * from './error.ts';
export * from './image.ts';
export * from './job.ts';
export * from './plan.ts';
