import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, errnoOf } from '../../native-free-engine/index.ts';
import type { HistoryEntry } from '../contract/index.ts';
import { writeFileAtomically } from '../host/index.ts';
import { reportHtml } from '../jobs/report-html.ts';
import type { Language } from '../texts/index.ts';
import { fileNameOf, type HistoryStore } from './store.ts';

/**
 * Saves the reports of some jobs into a folder, each as a page and as data.
 * @returns how many
 * @throws EngineError `destination-unwritable`
 */
export async function exportReports(store: HistoryStore, entries: readonly HistoryEntry[], folder: string, language: Language): Promise<number> {
  let count = 0;
  for (const { id } of entries) {
    const report = await store.get(id);
    const stem = join(folder, fileNameOf(report).replace(/\.json$/, ''));
    try {
      await mkdir(folder, { recursive: true });
      await writeFileAtomically(`${stem}.html`, reportHtml(report, language));
      await writeFileAtomically(`${stem}.json`, `${JSON.stringify(report, null, 2)}\n`);
    } catch (error) {
      throw new EngineError('destination-unwritable', { path: folder, errno: errnoOf(error) }, { cause: error });
    }
    count++;
  }
  return count;
}
