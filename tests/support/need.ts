import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { test } from 'vitest';

/** What a test cannot do without: programs on the PATH, root, the Linux kernel's loop devices, or enough memory-backed space. */
export interface Needs {
  readonly tools?: readonly string[];
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
  if (needs.linux && process.platform !== 'linux') reasons.push('needs Linux');
  if (needs.root && process.getuid?.() !== 0) reasons.push('needs root');
  return reasons;
}

/**
 * `test` where its needs are met; elsewhere a test that is listed as left out,
 * with the reason, and that fails under WERKBANK_TEST_ALL=1.
 */
export function need(needs: Needs): typeof test {
  const reasons = missing(needs);
  if (reasons.length === 0) return test;
  const leftOut = ((name: string): void => {
    const line = `${name}: ${reasons.join(', ')}`;
    const log = process.env['WERKBANK_LEFT_OUT'];
    if (log) appendFileSync(log, `${line}\n`);
    if (process.env['WERKBANK_TEST_ALL'] === '1') {
      test(name, () => {
        throw new Error(`left out, and WERKBANK_TEST_ALL=1 forbids that: ${reasons.join(', ')}`);
      });
    } else {
      test.todo(`${name} (left out: ${reasons.join(', ')})`);
    }
  }) as unknown as typeof test;
  return leftOut;
}
