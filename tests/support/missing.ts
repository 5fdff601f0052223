import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';

/** What a test cannot do without: programs on the PATH, files of packages, root, the Linux kernel's loop devices. */
export interface Needs {
  readonly tools?: readonly string[];
  /** Absolute paths. */
  readonly files?: readonly string[];
  readonly root?: boolean;
  readonly linux?: boolean;
}

const found = new Map<string, boolean>();

function hasTool(tool: string): boolean {
  let known = found.get(tool);
  if (known === undefined) {
    const finder = process.platform === 'win32' ? 'where' : 'which';
    known = spawnSync(finder, [tool], { stdio: 'ignore', env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` } }).status === 0;
    found.set(tool, known);
  }
  return known;
}

/** The needs that are not met here, in words. */
export function missing(needs: Needs): string[] {
  const reasons = (needs.tools ?? []).filter((tool) => !hasTool(tool)).map((tool) => `${tool} is not installed`);
  reasons.push(...(needs.files ?? []).filter((file) => !existsSync(file)).map((file) => `${file} is not there`));
  if (needs.linux && process.platform !== 'linux') reasons.push('needs Linux');
  if (needs.root && process.getuid?.() !== 0) reasons.push('needs root');
  return reasons;
}

/** Under WERKBANK_TEST_ALL=1 a test that is left out is a failure. */
export const nothingMayBeLeftOut = (): boolean => process.env['WERKBANK_TEST_ALL'] === '1';

/** Puts a test on the list of those that were left out, with the reason. */
export function listAsLeftOut(name: string, reasons: readonly string[]): void {
  const log = process.env['WERKBANK_LEFT_OUT'];
  if (log) appendFileSync(log, `${name}: ${reasons.join(', ')}\n`);
}
