import { defineConfig } from 'vitest/config';

/** Tests that measure time, that watch which disks there are, or that wait for a disk which never answers while others list it. */
const ALONE = ['tests/host/**/*.test.ts', 'tests/faults/{kill,silent}.test.ts'];
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
