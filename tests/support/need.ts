import { test } from 'vitest';
import { listAsLeftOut, missing, nothingMayBeLeftOut, type Needs } from './missing.ts';

/**
 * `test` where its needs are met; elsewhere a test that is listed as left out,
 * with the reason, and that fails under WERKBANK_TEST_ALL=1.
 */
export function need(needs: Needs): typeof test {
  const reasons = missing(needs);
  if (reasons.length === 0) return test;
  const leftOut = ((name: string): void => {
    listAsLeftOut(name, reasons);
    if (nothingMayBeLeftOut()) {
      test(name, () => {
        throw new Error(`left out, and WERKBANK_TEST_ALL=1 forbids that: ${reasons.join(', ')}`);
      });
    } else {
      test.todo(`${name} (left out: ${reasons.join(', ')})`);
    }
  }) as unknown as typeof test;
  return leftOut;
}
