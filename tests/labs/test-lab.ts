import { onTestFinished } from 'vitest';
import { openLab, type Lab } from './lab.ts';

/** A lab that closes when the current vitest test ends, passed or failed. */
export async function testLab(): Promise<Lab> {
  const lab = await openLab();
  onTestFinished(() => lab.close());
  return lab;
}
