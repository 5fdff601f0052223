/** What a file of tests came to. */
interface FileResults {
  readonly passed: number;
  /** Names of tests. */
  readonly failed: readonly string[];
}

/** What a test runner came to, from its own JSON report. */
export interface Results {
  readonly files: ReadonlyMap<string, FileResults>;
  readonly skipped: number;
  /** It failed without saying of what, or left no report. */
  readonly died: boolean;
}

interface VitestReport {
  readonly testResults: readonly { readonly name: string; readonly status: string; readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[] }[];
}

interface PlaywrightSuite {
  readonly specs?: readonly { readonly file: string; readonly title: string; readonly ok: boolean; readonly tests: readonly { readonly status: string }[] }[];
  readonly suites?: readonly PlaywrightSuite[];
}

interface PlaywrightReport extends PlaywrightSuite {
  readonly stats: { readonly skipped: number };
}

const AS_A_WHOLE = '(as a whole)';

const isFailed = ({ failed }: FileResults): boolean => failed.length > 0;

const resultsOf = (status: number, report: object | null, files: Results['files'], skipped: number): Results =>
  ({ files, skipped, died: report === null || (status !== 0 && ![...files.values()].some(isFailed)) });

/** @param report of `--reporter=json` */
export function ofVitest(status: number, report: VitestReport | null): Results {
  const files = new Map<string, FileResults>();
  for (const { name, status: outcome, assertionResults } of report?.testResults ?? []) {
    const named = (wanted: string): string[] => assertionResults.filter((test) => test.status === wanted).map(({ fullName }) => fullName);
    const failed = named('failed');
    files.set(name, { passed: named('passed').length, failed: outcome === 'failed' && failed.length === 0 ? [AS_A_WHOLE] : failed });
  }
  return resultsOf(status, report, files, 0);
}

/** @param report of its JSON reporter */
export function ofPlaywright(status: number, report: PlaywrightReport | null): Results {
  const files = new Map<string, FileResults>();
  const add = ({ specs = [], suites = [] }: PlaywrightSuite): void => {
    for (const { file, title, ok, tests } of specs) {
      const { passed, failed } = files.get(file) ?? { passed: 0, failed: [] };
      const ran = tests.some((test) => test.status !== 'skipped');
      files.set(file, { passed: passed + Number(ok && ran), failed: ok ? failed : [...failed, title] });
    }
    suites.forEach(add);
  };
  if (report) add(report);
  return resultsOf(status, report, files, report?.stats.skipped ?? 0);
}

export const failedFiles = ({ files }: Results): string[] => [...files].filter(([, results]) => isFailed(results)).map(([file]) => file);

/**
 * Results after the files that failed were run once more, by themselves: what counts is what they came to then.
 * @param second of the failed files alone
 * @returns with `unsteady`: what failed only beside the others, a fault of the test or of the program nevertheless
 */
export function afterSecondLook(first: Results, second: Results): Results & { readonly unsteady: readonly string[] } {
  // A runner that died has said nothing that takes back what it said before.
  const files = second.died ? first.files : new Map([...first.files, ...second.files]);
  const still = new Set(namesOf(files));
  return { files, skipped: first.skipped, died: first.died || second.died, unsteady: namesOf(first.files).filter((name) => !still.has(name)) };
}

const namesOf = (files: Results['files']): string[] => [...files].flatMap(([file, { failed }]) => failed.map((name) => `${file.split('/').at(-1)}: ${name}`));
