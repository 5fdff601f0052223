import type { Report } from '../contract/index.ts';

/** A report as data. */
export const reportJson = (report: Report): string => `${JSON.stringify(report, null, 2)}\n`;

/** Where the list of files lies, as `sha256sum --check` takes it, of the report that is saved at `path`: beside it. */
export const sumsPath = (path: string): string => `${path.replace(/\.(?:html?|json)$/i, '')}.files.sha256`;
