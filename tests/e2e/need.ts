import { test } from '@playwright/test';
import { listAsLeftOut, missing, nothingMayBeLeftOut, type Needs } from '../support/missing.ts';

type Body = Parameters<typeof test>[2];

/** The twin for Playwright of `tests/support/need.ts`: a spec whose needs are not met is listed as left out, or fails. */
export function need(needs: Needs): (name: string, body: Body) => void {
  const reasons = missing(needs);
  if (reasons.length === 0) return test;
  return (name) => {
    if (nothingMayBeLeftOut()) {
      test(name, () => {
        throw new Error(`left out, and WERKBANK_TEST_ALL=1 forbids that: ${reasons.join(', ')}`);
      });
    } else if (process.env['TEST_WORKER_INDEX'] === undefined) {
      // Spec files are read once by the runner and again by its workers; the runner's reading counts.
      listAsLeftOut(name, reasons);
    }
  };
}
