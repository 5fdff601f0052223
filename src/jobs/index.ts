export { createJobService, type JobService } from './service.ts';
