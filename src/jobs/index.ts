export { createJobService, type JobService } from './service.ts';
export { withoutSecrets } from './secrets.ts';
