import type { Disk } from '../../src/contract/index.ts';
import type { Host } from '../../src/host/index.ts';
import type { Lab } from '../labs/lab.ts';
import { LOOP_NEEDS } from '../labs/loop.ts';

/** What the tests with real devices need. */
export const LINUX_LOOP = { ...LOOP_NEEDS, tools: [...LOOP_NEEDS.tools, 'lsblk', 'sfdisk', 'mkfs.ext4', 'mkswap', 'swapon', 'blkdiscard'] } as const;

/** Watches the disks and waits for the list to look a certain way. */
export function changes(host: Host, lab: Lab): { until(looks: (disks: readonly Disk[]) => boolean, withinMs: number): Promise<void> } {
  let latest: readonly Disk[] | null = null;
  let told: () => void = () => undefined;
  lab.defer(host.disks.watch((disks) => {
    latest = disks;
    told();
  }));
  return {
    until: (looks, withinMs) => new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not seen within ${withinMs} ms: ${JSON.stringify(latest?.map((disk) => [disk.id, disk.verdict]))}`)), withinMs);
      told = () => {
        if (latest === null || !looks(latest)) return;
        clearTimeout(timer);
        told = () => undefined;
        resolve();
      };
      told();
    }),
  };
}
