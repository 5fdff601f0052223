export { createJobService, type JobService } from './service.ts';
export { withoutSecrets } from './secrets.ts';
export { describeWim, looksLikeWim } from './wim.ts';
