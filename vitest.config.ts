import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

/** Tests that watch which disks there are, or that wait for a disk which never answers while others list it. */
const ALONE = ['tests/host/{linux-live,sources}.test.ts', 'tests/faults/silent.test.ts'];
/** What takes longest, first: begun last, one of them alone would keep everybody waiting for the end. */
const SLOW = [
  'jobs/drivers-on-disk', 'boot/imaging', 'renderer/window-steps', 'pipeline/restore-faults', 'boot/windows-stick', 'renderer/window-disks', 'faults/removable', 'boot/imaging-foreign', 'faults/cut-captures', 'boot/winpe',
  'cli/imaging-disks', 'jobs/imaging', 'main/window', 'renderer/window-jobs', 'cli/practice-disks', 'renderer/window-keyboard', 'layout/format-disk', 'engine/codecs/wim-codecs', 'faults/write', 'faults/capture', 'jobs/jobs', 'cli/demo', 'jobs/windows-esd',
  'host/snapshots', 'host/linux-stacked',
];
const rank = (file: string): number => SLOW.findIndex((slow) => file.endsWith(`/${slow}.test.ts`));

class SlowestFirst extends BaseSequencer {
  override async sort(...[files]: Parameters<BaseSequencer['sort']>): ReturnType<BaseSequencer['sort']> {
    const sorted = await super.sort(files);
    const slow = sorted.filter(({ moduleId }) => rank(moduleId) >= 0).sort((a, b) => rank(a.moduleId) - rank(b.moduleId));
    return [...slow, ...sorted.filter(({ moduleId }) => rank(moduleId) < 0)];
  }
}
const EXCLUDED = ['tests/e2e/**'];

export default defineConfig({
  test: {
    pool: 'forks',
    // For two cores: half of a test's time goes by with waiting, for a disk, a virtual machine, a page.
    maxWorkers: 3,
    sequence: { sequencer: SlowestFirst },
    // For what hangs: a machine may be four times slower than the one at hand.
    expect: { poll: { timeout: 180_000 } },
    testTimeout: 600_000,
    hookTimeout: 600_000,
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE, exclude: EXCLUDED, fileParallelism: false, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'together', include: ['tests/**/*.test.{ts,tsx}'], exclude: [...EXCLUDED, ...ALONE], sequence: { groupOrder: 0 } } },
    ],
  },
});
