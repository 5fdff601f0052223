export type { IsoBootChoice } from './boot-images.ts';
export { planIso, type IsoOptions, type IsoPlan } from './plan.ts';
export { writeIso, type IsoWriteOptions } from './write.ts';
