export * from './data-fault.ts';
export * from './field.ts';
export * from './guid.ts';
export * from './struct.ts';
export * from './text.ts';
