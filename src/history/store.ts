import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, errnoOf, replaceFile, sweepUnfinished, toEngineError } from '../../native-free-engine/index.ts';
import { reportSchema, type HistoryEntry, type HistoryList, type Report } from '../contract/index.ts';
import { sumsPath } from '../jobs/report-files.ts';
import { entryOf } from './entry.ts';

/** The reports of ended jobs, one file each, and beside it the list of files of a medium that was made. Nothing of it leaves this computer. */
export interface HistoryStore {
  /**
   * Keeps a report, and lets the oldest ones go when there are too many.
   * @param sums what `sha256sum --check` takes of the medium that was made
   * @throws EngineError `history-unwritable`
   */
  add(report: Report, sums?: string | null): Promise<void>;
  /** Newest first. What cannot be read is named and skipped. */
  list(): Promise<HistoryList>;
  /** The report of a job. @throws EngineError `history-not-found`, `history-corrupt` */
  get(id: string): Promise<Report>;
  /** The list of files that was kept with it, or null. @throws EngineError `history-not-found`, `history-corrupt` */
  sums(id: string): Promise<string | null>;
}

export interface HistoryLimits {
  /** Reports kept. */
  readonly entries: number;
  /** Bytes that all of them take together. */
  readonly bytes: number;
}

const LIMITS: HistoryLimits = { entries: 1000, bytes: 256 * 1024 * 1024 };

/** A report larger than this is none of ours. Bytes. */
const MAX_REPORT_BYTES = 16 * 1024 * 1024;

/** `2026-11-29T16-07-39Z-capture-<job id>.json`: sorts by time, and is refused by no file system. */
const NAME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-(?:windows-stick|[a-z]+)-([\w-]{1,64})\.json$/;
/** The list of files beside a report. */
const LIST = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-.*\.files\.sha256$/;
/** After a day nobody is still about to write the report beside it. */
const LIST_ALONE_MS = 24 * 3600_000;

export function openHistory(folder: string, limits: HistoryLimits = LIMITS): HistoryStore {
  // A report never changes once it is written.
  const known = new Map<string, HistoryEntry>();

  const names = async (): Promise<string[]> => {
    try {
      return (await readdir(folder)).filter((name) => NAME.test(name)).sort().reverse();
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw new EngineError('history-unreadable', { path: folder, errno: errnoOf(error) }, { cause: error });
    }
  };

  const entry = async (name: string): Promise<HistoryEntry> => {
    const before = known.get(name);
    if (before) return before;
    const found = entryOf(await readReport(join(folder, name)));
    known.set(name, found);
    return found;
  };

  const fileOf = async (id: string): Promise<string> => {
    const name = (await names()).find((candidate) => NAME.exec(candidate)?.[1] === id);
    if (name === undefined) throw new EngineError('history-not-found', { id });
    return join(folder, name);
  };

  return {
    async add(report, sums = null) {
      const path = join(folder, fileNameOf(report));
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        if (sums !== null) await replaceFile(sumsPath(path), sums, { mode: 0o600 });
        await replaceFile(path, `${JSON.stringify(report)}\n`, { mode: 0o600 });
      } catch (error) {
        throw new EngineError('history-unwritable', { path: folder, errno: errnoOf(error instanceof EngineError ? error.cause : error) }, { cause: error });
      }
      // Too many are no reason to lose this one.
      await prune(folder, limits).catch(() => undefined);
    },
    async list() {
      const entries: HistoryEntry[] = [];
      const faulty: HistoryList['faulty'] = [];
      for (const name of await names()) {
        try {
          entries.push(await entry(name));
        } catch (error) {
          // Another program's clean-up took it between the two looks.
          if (errnoOf((error as Error).cause) !== 'ENOENT') faulty.push({ path: join(folder, name), error: toPlain(error) });
        }
      }
      return { folder, entries: entries.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1)), faulty };
    },
    get: async (id) => readReport(await fileOf(id)),
    async sums(id) {
      const path = sumsPath(await fileOf(id));
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return null;
        throw new EngineError('history-corrupt', { path, reason: errnoOf(error) }, { cause: error });
      }
    },
  };
}

function toPlain(error: unknown): HistoryList['faulty'][number]['error'] {
  const { place, ...plain } = toEngineError(error).toPlain();
  return { ...plain, params: { ...plain.params }, place: place ? { ...place } : null };
}

/** A name for the file of a report. */
export function fileNameOf({ startedAt, plan, jobId }: Report): string {
  const moment = new Date(startedAt);
  const stamp = (Number.isNaN(moment.getTime()) ? new Date() : moment).toISOString().slice(0, 19).replaceAll(':', '-');
  return `${stamp}Z-${plan.kind}-${jobId.replace(/[^\w-]/g, '-').slice(0, 64) || 'job'}.json`;
}

/** @throws EngineError `history-corrupt` */
async function readReport(path: string): Promise<Report> {
  const corrupt = (reason: string, cause?: unknown): EngineError => new EngineError('history-corrupt', { path, reason }, cause === undefined ? {} : { cause });
  let text: string;
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > MAX_REPORT_BYTES) throw corrupt('too-large');
      text = await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof EngineError ? error : corrupt(errnoOf(error), error);
  }
  try {
    const parsed = reportSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    throw corrupt(parsed.error.issues[0]?.path.join('.') ?? '');
  } catch (error) {
    throw error instanceof EngineError ? error : corrupt('not-json', error);
  }
}

/** Lets the oldest reports go until the rest is within its limits, and what interrupted writes left behind. */
async function prune(folder: string, limits: HistoryLimits): Promise<void> {
  await sweepUnfinished(folder);
  const all = (await readdir(folder)).sort().reverse();
  const reports = all.filter((each) => NAME.test(each));
  const lists = new Set(reports.map(sumsPath));
  const remove = (name: string): Promise<void> => rm(join(folder, name), { force: true });
  const size = (name: string): Promise<number> => stat(join(folder, name)).then((found) => found.size, () => 0);
  for (const name of all.filter((each) => LIST.test(each) && !lists.has(each))) {
    const { mtimeMs } = await stat(join(folder, name));
    if (Date.now() - mtimeMs > LIST_ALONE_MS) await remove(name);
  }
  let bytes = 0;
  for (const [index, name] of reports.entries()) {
    bytes += (await size(name)) + (await size(sumsPath(name)));
    // The newest one stays, however large it is.
    if (index === 0 || (index < limits.entries && bytes <= limits.bytes)) continue;
    await remove(name);
    await remove(sumsPath(name));
  }
}
