export { checksOfPlan } from './plan-checks.ts';
export { createJobService, type JobService } from './service.ts';
export { withoutSecrets } from './secrets.ts';
export { discSums } from './disc-sums.ts';
export { describeWim, looksLikeWim, makingAlone } from './wim.ts';
