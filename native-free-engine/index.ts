/** The engine's only public entry. */
export * from './base/abort.ts';
export * from './base/error-codes.ts';
export * from './base/errors.ts';
export * from './base/extent.ts';
export * from './base/job.ts';
export * from './base/safe-int.ts';
export * from './images/types.ts';
export * from './io/types.ts';
