export { CHECKS, checksFor } from './applies.ts';
export type * from './facts.ts';
export { gaveNoAnswer, judge } from './judge.ts';
export { THRESHOLDS, thresholdsWith, type ThresholdName, type Thresholds } from './thresholds.ts';
export * from './types.ts';
