import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import type { JobService } from '../jobs/index.ts';

/** What the commands work with; loaded only by the commands that need it. */
export interface Services {
  readonly host: Host;
  readonly jobs: JobService;
}

export type OpenServices = (practiceFolder: string) => Promise<Services>;

/** Where practice disks are kept when nothing else is said: the folder for a program's data of this system. */
export function defaultPracticeFolder(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  const chosen = env['WERKBANK_PRACTICE_FOLDER'];
  if (chosen) return chosen;
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Werkbank', 'practice');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Werkbank', 'practice');
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'werkbank', 'practice');
}
