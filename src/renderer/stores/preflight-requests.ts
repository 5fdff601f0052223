import type { PreflightRequest } from '../../contract/index.ts';
import { imageFolders } from './library.ts';
import { useSettings } from './settings.ts';

/** A request with what the settings say, and nothing else yet. */
export const emptyRequest = (job: PreflightRequest['job']): PreflightRequest => ({
  job, sources: [], targets: [], image: null, imagePartitions: null, destination: null, parent: null, folders: [...imageFolders()],
  nameTemplate: useSettings.getState().settings.nameTemplate, purpose: '', compression: 'balanced', partBytes: 0, manyMachines: false, checks: null, optional: [],
});
