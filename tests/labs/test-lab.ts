import { onTestFinished } from 'vitest';
import { openLab, type Lab } from './lab.ts';

/** A lab that closes when the current vitest test ends, passed or failed. @param parent the folder to make its folder in */
export async function testLab(parent?: string): Promise<Lab> {
  const lab = await openLab(parent);
  onTestFinished(() => lab.close());
  return lab;
}
