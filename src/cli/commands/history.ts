import { resolve } from 'node:path';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { HistoryEntry } from '../../contract/index.ts';
import { exportReports, matching } from '../../history/index.ts';
import { errorText, formatDuration, formatMoment } from '../../texts/index.ts';
import { endWell, type Context } from '../context.ts';
import { saveReport } from '../run-job.ts';
import { tableLines } from '../table.ts';

/** As much of a job's id as tells it from all others. */
const SHOWN_ID = 8;

/** `werkbank history list`, and `search` with words. */
export async function historyList(context: Context, words: readonly string[]): Promise<number> {
  const { history } = await context.services();
  const found = await history.list();
  const entries = matching(found.entries, words.join(' '));
  context.emit({ event: 'history', folder: found.folder, entries, faulty: found.faulty });
  if (entries.length === 0) context.say(context.texts(found.entries.length === 0 ? 'cli:history.none' : 'cli:history.noneFound'));
  else for (const line of table(context, entries)) context.say(line);
  for (const { error } of found.faulty) context.say(errorText(context.texts, error).title, 'yellow');
  return endWell(context);
}

/** `werkbank history show ID`: the report once more, or saved. */
export async function historyShow(context: Context, id: string, options: { readonly report?: string }): Promise<number> {
  const { history } = await context.services();
  const whole = await wholeId(context, id);
  const report = await history.get(whole);
  context.emit({ event: 'report', report });
  if (options.report) await saveReport(context, report, await history.sums(whole), options.report);
  else {
    const { reportText } = await import('../../jobs/report-text.ts');
    context.say(formatMoment(report.startedAt, context.language));
    for (const line of reportText(report, context.language).split('\n')) context.say(line);
  }
  return endWell(context);
}

/** `werkbank history export FOLDER [WORD...]` */
export async function historyExport(context: Context, folder: string, words: readonly string[]): Promise<number> {
  const { history } = await context.services();
  const count = await exportReports(history, matching((await history.list()).entries, words.join(' ')), resolve(folder), context.language, 'terminal');
  context.say(context.texts('cli:history.exported', { count, folder }));
  return endWell(context);
}

/** The job whose id begins so. @throws EngineError `history-not-found` */
async function wholeId(context: Context, start: string): Promise<string> {
  const { history } = await context.services();
  const found = start.length < 4 ? [] : (await history.list()).entries.filter(({ id }) => id.startsWith(start.toLowerCase()));
  if (found.length !== 1 || !found[0]) throw new EngineError('history-not-found', { id: start });
  return found[0].id;
}

function table({ texts, language }: Context, entries: readonly HistoryEntry[]): string[] {
  const columns = ['id', 'started', 'job', 'outcome', 'took', 'disks', 'image'] as const;
  const rows = entries.map(({ id, startedAt, kind, outcome, elapsedSeconds, disks, image }) => [
    id.slice(0, SHOWN_ID), formatMoment(startedAt, language), texts(`jobs:kind.${kind}`), texts(`jobs:outcome.${outcome}`), formatDuration(elapsedSeconds),
    disks.map(({ model, serial }) => [model, serial].filter((part) => part !== '').join(' ')).join('; ') || '-', image || '-',
  ]);
  return tableLines([columns.map((name) => texts(`cli:history.column.${name}`)), ...rows], columns.map((name) => (name === 'took' ? 'right' : 'left')));
}
