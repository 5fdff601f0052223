import { outputOf, type CommandRunner } from '../command.ts';
import type { SourceSystem } from '../sources.ts';

/** Disks as sources on a Mac: what is mounted for writing has to be unmounted; macOS offers no snapshot that reads as a device. */
export function createMacSources(run: CommandRunner): SourceSystem {
  return {
    async uses(disk, partitions) {
      const readOnly = readOnlyMounts(await outputOf(run, 'mount', []));
      return partitions.map((partition) => {
        const now = disk.partitions.find((each) => each.offset === partition.offset) ?? partition;
        const fixed = now.mountPoints.every((point) => readOnly.has(point));
        return { partition: partition.number, mountPoints: now.mountPoints, readOnly: fixed, remedy: now.mountPoints.length === 0 ? 'free' : fixed ? 'read-only' : 'unmount' };
      });
    },
    hold: () => Promise.resolve(null),
    sweep: () => Promise.resolve(0),
    // The raw node goes past the page cache.
    devicePath: (path) => path.replace(/^\/dev\/disk/, '/dev/rdisk'),
  };
}

/** Mount points that `mount` says are read-only: `/dev/disk4s1 on /Volumes/CD (cd9660, local, nodev, read-only)`. Pure. */
export function readOnlyMounts(text: string): Set<string> {
  const found = new Set<string>();
  for (const line of text.split('\n')) {
    const match = /^\S+ on (.+) \(([^()]*)\)$/.exec(line);
    if (match?.[1] !== undefined && match[2]?.split(', ').includes('read-only')) found.add(match[1]);
  }
  return found;
}
