import { join } from 'node:path';
import { programData } from '../host/index.ts';

/** Where the reports of ended jobs are kept: the same folder for window and terminal. */
export async function historyFolder(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return env['WERKBANK_HISTORY_FOLDER'] || join(await programData(env), 'history');
}
