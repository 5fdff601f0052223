import { join } from 'node:path';
import type { HistoryStore } from '../history/index.ts';
import type { Host } from '../host/host.ts';
import { ownHome, programDataIn } from '../host/program-data.ts';
import type { JobService } from '../jobs/index.ts';

/** What the commands work with; loaded only by the commands that need it. */
export interface Services {
  readonly host: Host;
  readonly jobs: JobService;
  readonly history: HistoryStore;
}

export type OpenServices = (practiceFolder: string) => Promise<Services>;

/** Where practice disks are kept when nothing else is said: in the folder for a program's data of this system. */
export function defaultPracticeFolder(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  return env['WERKBANK_PRACTICE_FOLDER'] || join(programDataIn(ownHome(), env, platform), 'practice');
}
