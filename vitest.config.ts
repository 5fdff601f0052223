import { defineConfig } from 'vitest/config';

/** Tests with loop devices, hanging disks and other machines: each sees the others' disks, and some measure time. */
const ALONE = ['tests/{host,jobs,labs,faults,boot}/**/*.test.ts'];
const EXCLUDED = ['tests/e2e/**'];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE, exclude: EXCLUDED, fileParallelism: false, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'together', include: ['tests/**/*.test.{ts,tsx}'], exclude: [...EXCLUDED, ...ALONE], sequence: { groupOrder: 0 } } },
    ],
  },
});
