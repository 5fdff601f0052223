import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { destinationError, replaceFile } from '../../native-free-engine/index.ts';
import type { HistoryEntry } from '../contract/index.ts';
import { reportJson, sumsPath } from '../jobs/report-files.ts';
import { reportHtml } from '../jobs/report-html.ts';
import type { Language, ReadIn } from '../texts/index.ts';
import { fileNameOf, type HistoryStore } from './store.ts';

/**
 * Saves the reports of some jobs into a folder, each as a page and as data, with the list of files of a medium that was made.
 * @returns how many
 * @throws EngineError `destination-unwritable`, `destination-full`
 */
export async function exportReports(store: HistoryStore, entries: readonly HistoryEntry[], folder: string, language: Language, readIn: ReadIn): Promise<number> {
  let count = 0;
  for (const { id } of entries) {
    const report = await store.get(id);
    const sums = await store.sums(id);
    const stem = join(folder, fileNameOf(report).replace(/\.json$/, ''));
    try {
      await mkdir(folder, { recursive: true });
      await replaceFile(`${stem}.html`, reportHtml(report, language, readIn));
      await replaceFile(`${stem}.json`, reportJson(report));
      if (sums !== null) await replaceFile(sumsPath(`${stem}.json`), sums);
    } catch (error) {
      throw destinationError(folder, error);
    }
    count++;
  }
  return count;
}
