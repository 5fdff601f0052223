export type { IsoBootChoice } from './boot-images.ts';
export { isDiscLink } from './nodes.ts';
export { planIso, type IsoNames, type IsoOptions, type IsoPlan } from './plan.ts';
export { writeIso, type IsoWriteOptions } from './write.ts';
